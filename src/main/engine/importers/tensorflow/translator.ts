import { unreadable, unsupported } from '../importedModel'
import { limits } from '../limits'
import type { VariableBundle } from './bundle'
import { folded } from './folding'
import type { GraphFunction, GraphNode, TensorflowGraph } from './graph'
import { imageName, OnnxWriter, type Shaped, type Value } from './onnxWriter'
import { operations } from './operations'
import { savedNames } from './savedNames'
import { numbersOf } from './tensors'
import { sentence } from '../../../../shared/texts/sentence'

/** A graph, or a call of a function, with what its inputs are. */
interface Scope {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly given: ReadonlyMap<string, Value>
  readonly made: Map<string, readonly Value[]>
  /** Calls within calls. */
  readonly depth: number
}

/**
 * Says in ONNX's operators what a SavedModel computes, as far as its outputs need it. Sizes are fixed, the number of images
 * too, so that what a graph computes of them is known.
 */
export class Translator extends OnnxWriter {
  private readonly saved: ReadonlyMap<string, string>
  private looked = 0

  constructor(
    private readonly graph: TensorflowGraph,
    private readonly bundle: VariableBundle | null,
    private readonly file: string,
  ) {
    super()
    this.saved = savedNames(graph)
  }

  /**
   * @param input its sides, the first one being the number of images
   * @returns an ONNX file
   * @throws ExpectedError `unsupported`, naming the operation that is not read
   */
  translate(input: readonly number[]): Uint8Array {
    try {
      return this.translated(input)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw unsupported('Its operations read one another in too long a line.')
    }
  }

  private translated(input: readonly number[]): Uint8Array {
    const [fed] = this.graph.inputs
    const image: Value = { kind: 'tensor', name: imageName, shape: input }
    const main: Scope = {
      nodes: this.graph.nodes,
      given: new Map([[nodeName(fed!.tensor), image]]),
      made: new Map(),
      depth: 0,
    }
    const outputs: Shaped[] = []
    for (const { name, tensor } of this.graph.outputs) {
      const value = this.valueAt(tensor, main)
      if (value.kind !== 'tensor') continue
      const own = this.node('Identity', [value], value.shape, {}, this.named(name))
      outputs.push(own)
    }
    if (outputs.length === 0) throw unsupported('What the SavedModel gives does not depend on what it takes.')
    return this.encoded(input, outputs)
  }

  /** What a tensor of a graph is: "name", "name:1", or within functions "name:what:1". */
  private valueAt(tensor: string, scope: Scope): Value {
    const [name = '', ...port] = tensor.split(':')
    const given = scope.given.get(name)
    if (given) return given
    const made = this.valuesOf(name, scope)
    const at = Number(port.at(-1) ?? 0)
    if (port.length === 2 && secondary.has(port[0]!)) return { kind: 'other' }
    return made[at] ?? { kind: 'other' }
  }

  private valuesOf(name: string, scope: Scope): readonly Value[] {
    const known = scope.made.get(name)
    if (known) return known
    const node = scope.nodes.get(name)
    if (!node) throw unreadable(this.file, `it reads "${name}", which nothing gives`)
    // What reads itself reads nothing.
    scope.made.set(name, [])
    const made = this.made(node, scope)
    scope.made.set(name, made)
    return made
  }

  private made(node: GraphNode, scope: Scope): readonly Value[] {
    const { op, attr, name } = node
    // Functions that call others several times could go on for ever.
    if (++this.looked > 4 * limits.onnxNodes) throw unsupported('Its functions call one another too often.')
    if (op === 'VarHandleOp' || op === 'VariableV2' || op === 'Variable' || op === 'VarIsInitializedOp')
      return [op === 'VarHandleOp' ? { kind: 'variable', name } : this.variable(name)]
    if (op === 'Const') {
      const { tensor } = attr.value ?? {}
      if (!tensor || tensor.stringVal?.length) return [{ kind: 'other' }]
      return [this.constant(this.named(name), numbersOf(tensor, name, this.file))]
    }
    if (drawing.test(op)) return [this.drawn(node, this.valueAt(node.input[0] ?? '', scope))]
    const inputs = () =>
      node.input.filter((one) => !one.startsWith('^')).map((one) => this.valueAt(one, scope))
    const called = attr.f?.func?.name
    if (called !== undefined) return this.call(called, inputs(), scope)
    if (op === 'ReadVariableOp') {
      const [handle] = inputs()
      return [handle?.kind === 'variable' ? this.variable(handle.name) : (handle ?? { kind: 'other' })]
    }
    const operation = Object.hasOwn(operations, op) ? operations[op] : undefined
    if (!operation) throw unsupported(sentence('importing.noTensorflowOperation', { op, name }))
    const given = inputs()
    const known = folded(node, given)
    if (known) return [this.constant(this.named(name), known)]
    return [operation(node, given, this)].flat()
  }

  /** Numbers drawn by chance, of which what reads the file takes the mean. */
  private drawn(node: GraphNode, sides: Value): Value {
    if (sides.kind !== 'constant')
      throw unsupported(`"${node.name}" (${node.op}) draws an unknown number of numbers.`)
    const shape = [...sides.data]
    return this.node(node.op.includes('Uniform') ? 'RandomUniform' : 'RandomNormal', [], shape, { shape })
  }

  private call(name: string, inputs: readonly Value[], scope: Scope): readonly Value[] {
    const called: GraphFunction | undefined = this.graph.functions.get(name)
    if (!called) throw unreadable(this.file, `it calls "${name}", which is not in it`)
    if (scope.depth > 64) throw unsupported('Its functions call one another too deep.')
    const given = new Map(called.inputs.map((input, i) => [input, inputs[i] ?? { kind: 'other' as const }]))
    const inner: Scope = { nodes: called.nodes, given, made: new Map(), depth: scope.depth + 1 }
    return called.outputs.map((output) => this.valueAt(output, inner))
  }

  private variable(name: string): Value {
    const key = this.saved.get(name) ?? name
    const numbers = this.bundle?.numbers(key)
    if (!numbers)
      throw unreadable(this.file, `the weights of "${name}" are not in the folder "variables" beside it`)
    return this.constant(`variable/${name}`, numbers)
  }
}

/** Outputs of operations other than the first that are called by names of their own. */
const secondary: ReadonlySet<string> = new Set([
  'batch_mean',
  'batch_variance',
  'argmax',
  'backprop',
  'indices',
])

const drawing =
  /^(?:Stateless|Stateful)?(?:Random|Parameterized)?(?:StandardNormal|RandomNormal|RandomUniform|Uniform|TruncatedNormal|RandomTruncatedNormal)(?:V2)?$/

const nodeName = (tensor: string) => tensor.split(':')[0]!
