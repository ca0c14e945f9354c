import {
  leadingTo,
  type Network,
  type NetworkNode,
  networkNodeSchema,
  sizeOfValue,
  onePixel,
  shapeOfNode,
  type ValueShape,
} from '../../../../shared/network'
import type { InputShape } from '../../../../shared/modelSpec'
import type { Weight } from '../../models/weights'
import { limits } from '../limits'
import { unsupported } from '../importedModel'

/** A weight of this shape, and one that is a row. */
export const weight = (shape: readonly number[], data: Float32Array): Weight => ({ shape, data })
export const vector = (data: Float32Array): Weight => ({ shape: [data.length], data })

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never
/** A node before it has a name; what is left out has its default. */
export type NodeDraft = Without<NetworkNode, 'name' | 'inputs'>

/** Puts a network together, operation by operation, and keeps account of what each gives. */
export class NetworkBuilder {
  private readonly nodes: NetworkNode[] = []
  private readonly shapes = new Map<string, ValueShape>()
  /** Values that are the same at every pixel: the noise level, and what is made of it alone. */
  private readonly level = new Set(['sigma'])
  readonly weights: Record<string, Weight> = {}

  constructor(readonly image: InputShape) {
    this.shapes.set('image', { ...image, isRow: false })
    this.shapes.set('sigma', onePixel)
  }

  shape(value: string): ValueShape {
    return this.shapes.get(value)!
  }

  /** Whether it is the same at every pixel, whatever the size of the image: it is kept as one. */
  isLevel(value: string): boolean {
    return this.level.has(value)
  }

  /**
   * @param label what it is called in its file
   * @param weights by the last part of their names: kernel, bias…
   * @returns the value that it gives
   * @throws ExpectedError `unsupported`, naming it, where it does not go with what it reads
   */
  add(
    label: string,
    draft: NodeDraft,
    inputs: readonly string[],
    weights: Readonly<Record<string, Weight>> = {},
  ): string {
    const name = this.freeName(label)
    const parsed = networkNodeSchema.safeParse({ ...draft, name, inputs: [...inputs] })
    if (!parsed.success)
      throw unsupported(
        `"${label}" (${draft.op}) is of a kind that is not read: ${parsed.error.issues[0]!.message}.`,
      )
    const shape = this.shapeOf(parsed.data)
    this.nodes.push(parsed.data)
    this.shapes.set(name, shape)
    if (inputs.every((input) => this.level.has(input))) this.level.add(name)
    for (const [part, weight] of Object.entries(weights)) this.weights[`${name}.${part}`] = weight
    return name
  }

  /** Makes a constant that is added to what a layer without a bias gives its bias. Says whether it could be. */
  addBias(value: string, bias: Float32Array): boolean {
    const at = this.nodes.findIndex(({ name }) => name === value)
    const node = this.nodes[at]
    if (!node || !('bias' in node) || node.bias || this.shape(value).channels !== bias.length) return false
    if (this.nodes.some(({ inputs }) => inputs.includes(value))) return false
    this.nodes[at] = { ...node, bias: true }
    this.weights[`${value}.bias`] = { shape: [bias.length], data: bias }
    return true
  }

  /** What leads to the output, where what else the file computes is left out: the spread of a code, for example. */
  network(output: string): Network {
    const needed = leadingTo({ nodes: this.nodes, output, code: null }, output, new Set())
    const nodes = this.nodes.filter(({ name }) => needed.has(name))
    return {
      nodes,
      output,
      // A code does not know how much noise there is.
      code: nodes.some(({ inputs }) => inputs.includes('sigma'))
        ? null
        : codeOf(nodes, output, (name) => sizeOfValue(this.shape(name))),
    }
  }

  private shapeOf(node: NetworkNode): ValueShape {
    if (this.nodes.length >= limits.nodes)
      throw unsupported(`The network has more than ${limits.nodes} operations.`)
    try {
      return shapeOfNode(
        node,
        node.inputs.map((name) => this.shape(name)),
      )
    } catch (error) {
      throw unsupported((error as Error).message)
    }
  }

  private freeName(label: string): string {
    const plain =
      label
        .replace(/[^\w.-]+/g, '_')
        .replace(/^[._]+/, '')
        .slice(-100) || 'node'
    let name = plain
    for (let n = 2; this.shapes.has(name); n++) name = `${plain}_${n}`
    return name
  }
}

/** The last of the smallest values that everything goes through, where it is smaller than the image. */
function codeOf(
  nodes: readonly NetworkNode[],
  output: string,
  sizeOf: (value: string) => number,
): string | null {
  const lastRead = new Map<string, number>()
  nodes.forEach(({ inputs }, at) => inputs.forEach((name) => lastRead.set(name, at)))
  let code: string | null = null
  let smallest = sizeOf('image') - 1
  const open = new Set(['image'])
  nodes.forEach(({ name, inputs }, at) => {
    for (const input of inputs) if (lastRead.get(input) === at) open.delete(input)
    if (name === output || !lastRead.has(name)) return
    open.add(name)
    if (open.size > 1 || sizeOf(name) > smallest) return
    code = name
    smallest = sizeOf(name)
  })
  return code
}
