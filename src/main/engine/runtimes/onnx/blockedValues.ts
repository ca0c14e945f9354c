import { blockedDomain } from '../../graph/emitters'
import type { Shape } from '../../graph/tensor'
import { attributeTypes } from './protos'

export interface OnnxNode {
  readonly name: string
  readonly domain?: string
  readonly opType: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  /** AttributeProto, as it is encoded. */
  readonly attribute: readonly OnnxAttributeProto[]
}

export interface OnnxAttributeProto {
  readonly name: string
  readonly type: number
  readonly i?: number
  readonly f?: number
  readonly s?: Uint8Array
  readonly ints?: readonly number[]
}

/** Operations on each number by itself, which give something finite also for the zeros that fill up a block. */
const elementwise = new Set([
  'Relu',
  'LeakyRelu',
  'Sigmoid',
  'Tanh',
  'Add',
  'Sub',
  'Mul',
  'HardSigmoid',
  'Neg',
])

/** What is known of the values of a graph. */
export interface KnownValues {
  /** Whether a value is one number, which fits any order. */
  isScalar(value: string): boolean
  /** Batch × height × width × channels of what a convolution gives; undefined where that is not known. */
  shapeOf(value: string): Shape | undefined
}

/**
 * Leaves values in blocks of channels between the convolutions that make and take them, elementwise operations included,
 * and brings them into the order of other operations only where one reads them.
 *
 * @param results values that leave the graph
 */
export function keepBlocked(
  nodes: readonly OnnxNode[],
  known: KnownValues,
  results: ReadonlySet<string>,
): OnnxNode[] {
  const pass = new BlockedValues(nodes, known)
  for (const node of nodes) pass.take(node)
  for (const value of results) pass.channelsLast(value)
  return pass.done
}

interface Blocked {
  readonly name: string
  readonly channels: number
  /** Of the images, as text. */
  readonly shape: string
}

class BlockedValues {
  readonly done: OnnxNode[] = []
  /** By the names of values whose channels are last. */
  private readonly blocked = new Map<string, Blocked>()
  private readonly unblocked = new Set<string>()
  private readonly renamed = new Map<string, string>()
  private readonly readers = new Map<string, number>()

  constructor(
    nodes: readonly OnnxNode[],
    private readonly known: KnownValues,
  ) {
    for (const { input } of nodes)
      for (const value of input) this.readers.set(value, (this.readers.get(value) ?? 0) + 1)
  }

  take(node: OnnxNode): void {
    const known = this.blocked.get(node.input[0]!)
    const output = node.output[0]!
    if (isBlocked(node, 'ReorderOutput'))
      this.blocked.set(output, {
        name: this.nameOf(node.input[0]!),
        channels: integer(node, 'channels'),
        shape: this.known.shapeOf(output)?.join() ?? output,
      })
    else if (known && isBlocked(node, 'ReorderInput')) this.renamed.set(output, known.name)
    else if (known && node.opType === 'Transpose' && isChannelsFirst(node))
      this.done.push(reorder(node.name, known, output, 0))
    else if (elementwise.has(node.opType) && this.staysBlocked(node)) this.keep(node)
    else {
      for (const value of node.input) this.channelsLast(value)
      this.done.push({ ...node, input: node.input.map((value) => this.nameOf(value)) })
    }
  }

  /** Makes a value readable for other operations. */
  channelsLast(value: string): void {
    const blocked = this.blocked.get(value)
    if (!blocked || this.unblocked.has(value)) return
    this.unblocked.add(value)
    this.done.push(reorder(`${value}/channelsLast`, blocked, value, 1))
  }

  private readonly nameOf = (value: string) => this.renamed.get(value) ?? value

  /**
   * ONNX Runtime gives values in blocks the shape batch × channels × height × width, which says nothing of how they lie:
   * where one is repeated to the other's size, what it repeats are other numbers than those of a channel.
   */
  private staysBlocked({ input }: OnnxNode): boolean {
    const shapes = new Set(input.flatMap((value) => this.blocked.get(value)?.shape ?? []))
    return shapes.size === 1 && input.every((value) => this.blocked.has(value) || this.known.isScalar(value))
  }

  private keep(node: OnnxNode): void {
    const output = node.output[0]!
    const name = `${output}/blocked`
    const source = node.input.find((value) => this.blocked.has(value))!
    const { name: sourceName, channels, shape } = this.blocked.get(source)!
    this.blocked.set(output, { name, channels, shape })
    if (node.opType === 'Relu' && this.readers.get(source) === 1 && this.withRelu(sourceName, name)) return
    const input = node.input.map((value) => this.blocked.get(value)?.name ?? value)
    this.done.push({ ...node, input, output: [name] })
  }

  /** A convolution that nobody else reads does its ReLU itself. */
  private withRelu(convolved: string, name: string): boolean {
    const at = this.done.findLastIndex(({ output }) => output.includes(convolved))
    const node = this.done[at]
    if (!node || !isBlocked(node, 'Conv') || node.attribute.some(({ name }) => name === 'activation'))
      return false
    const activation = { name: 'activation', s: Buffer.from('Relu'), type: attributeTypes.string }
    this.done[at] = { ...node, output: [name], attribute: [...node.attribute, activation] }
    return true
  }
}

const isBlocked = (node: OnnxNode, opType: string) => node.domain === blockedDomain && node.opType === opType

const integer = ({ attribute }: OnnxNode, name: string) => attribute.find((one) => one.name === name)!.i!

const isChannelsFirst = ({ attribute }: OnnxNode) =>
  attribute.find(({ name }) => name === 'perm')?.ints?.join() === '0,3,1,2'

function reorder(name: string, { name: input, channels }: Blocked, output: string, last: 0 | 1): OnnxNode {
  const attribute = [
    { name: 'channels', i: channels, type: attributeTypes.int },
    { name: 'channels_last', i: last, type: attributeTypes.int },
  ]
  return { name, domain: blockedDomain, opType: 'ReorderOutput', input: [input], output: [output], attribute }
}
