import { onnxTypes } from '../../graph/emitters'
import { attributeTypes, ModelProto } from '../../runtimes/onnx/protos'
import { unreadable, unsupported } from '../importedModel'
import { limits } from '../limits'
import type { VariableBundle } from './bundle'
import { folded } from './folding'
import type { GraphFunction, GraphNode, TensorflowGraph } from './graph'
import { operations } from './operations'
import { savedNames } from './savedNames'
import { numbersOf, type Numbers } from './tensors'

/** What a node gives: numbers that are known, a value of the ONNX file, the place of a variable, or nothing that is looked at. */
export type Value =
  | ({ readonly kind: 'constant'; readonly name: string } & Numbers)
  | { readonly kind: 'tensor'; readonly name: string; readonly shape: readonly number[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'other' }
export type Shaped = Extract<Value, { readonly shape: readonly number[] }>

/** A graph, or a call of a function, with what its inputs are. */
interface Scope {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly given: ReadonlyMap<string, Value>
  readonly made: Map<string, readonly Value[]>
  /** Calls within calls. */
  readonly depth: number
}

type OnnxAttributes = Readonly<Record<string, number | string | readonly number[]>>

/**
 * Says in ONNX's operators what a SavedModel computes, as far as its outputs need it. Sizes are fixed, the number of images
 * too, so that what a graph computes of them is known.
 */
export class Translator {
  private readonly nodes: object[] = []
  private readonly initializers = new Map<string, object>()
  private readonly names = new Set<string>()
  private readonly saved: ReadonlyMap<string, string>
  private readonly origins = new Map<string, { readonly op: string; readonly inputs: readonly Shaped[] }>()
  private count = 0

  constructor(
    private readonly graph: TensorflowGraph,
    private readonly bundle: VariableBundle | null,
    private readonly file: string,
  ) {
    this.saved = savedNames(graph)
  }

  /**
   * @param input its sides, the first one being the number of images
   * @returns an ONNX file
   * @throws ExpectedError `unsupported`, naming the operation that is not read
   */
  translate(input: readonly number[]): Uint8Array {
    const [fed] = this.graph.inputs
    const image: Value = { kind: 'tensor', name: 'image', shape: input }
    const main: Scope = {
      nodes: this.graph.nodes,
      given: new Map([[nodeName(fed!.tensor), image]]),
      made: new Map(),
      depth: 0,
    }
    this.names.add('image')
    const outputs: { name: string; shape: readonly number[] }[] = []
    for (const { name, tensor } of this.graph.outputs) {
      const value = this.valueAt(tensor, main)
      if (value.kind !== 'tensor') continue
      const own = this.node('Identity', [value], value.shape, {}, this.named(name))
      outputs.push({ name: own.name, shape: own.shape })
    }
    if (outputs.length === 0) throw unsupported('What the SavedModel gives does not depend on what it takes.')
    return ModelProto.encode({
      irVersion: 8,
      producerName: 'TensorFlow',
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'graph',
        node: this.nodes,
        initializer: [...this.initializers.values()],
        input: [info('image', input)],
        output: outputs.map(({ name, shape }) => info(name, shape)),
      },
    } as never).finish()
  }

  /** Adds an operator of ONNX. */
  node(
    op: string,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes: OnnxAttributes = {},
    name = this.named(op),
  ): Shaped {
    if (++this.count > limits.onnxNodes)
      throw unsupported(`The network has more than ${limits.onnxNodes} operations.`)
    this.nodes.push({
      opType: op,
      name,
      input: inputs.map((input) => (typeof input === 'string' ? input : this.nameOf(input))),
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    })
    const made: Shaped = { kind: 'tensor', name, shape }
    this.remember(
      made,
      op,
      inputs.filter((input): input is Shaped => typeof input !== 'string' && 'shape' in input),
    )
    return made
  }

  /** How a value was made, so that what takes several operations of TensorFlow is known again. */
  remember({ name }: Shaped, op: string, inputs: readonly Shaped[]): void {
    this.origins.set(name, { op, inputs })
  }

  madeBy = ({ name }: Shaped) => this.origins.get(name)

  /** An operator that gives several values. */
  split(
    op: string,
    inputs: readonly Value[],
    shapes: readonly (readonly number[])[],
    attributes: OnnxAttributes,
  ) {
    const names = shapes.map(() => this.named(op))
    this.nodes.push({
      opType: op,
      name: names[0],
      input: inputs.map((input) => this.nameOf(input)),
      output: names,
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    })
    return shapes.map((shape, i): Shaped => ({ kind: 'tensor', name: names[i]!, shape }))
  }

  /** Known numbers, under a name that tells them apart. */
  constant(name: string, { shape, data, whole }: Numbers): Shaped {
    return { kind: 'constant', name, shape, data, whole }
  }

  /** A list of whole numbers, such as axes. */
  integers(values: readonly number[]): Shaped {
    const data = Float32Array.from(values)
    return this.constant(`integers_${values.join('_')}`, { shape: [values.length], data, whole: true })
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): Shaped {
    return this.constant(this.named('floats'), { shape, data: Float32Array.from(values), whole: false })
  }

  private nameOf(value: Value): string {
    if (value.kind === 'tensor') return value.name
    if (value.kind !== 'constant')
      throw unsupported('The network computes with something that are no numbers.')
    const { name, shape, data, whole } = value
    const tensor = whole
      ? {
          dataType: onnxTypes.int64,
          rawData: bytesOf(BigInt64Array.from(data, (one) => BigInt(Math.round(one)))),
        }
      : { dataType: onnxTypes.float32, rawData: bytesOf(data) }
    if (!this.initializers.has(name)) this.initializers.set(name, { name, dims: [...shape], ...tensor })
    return name
  }

  private named(wanted: string): string {
    let name = wanted
    for (let i = 1; this.names.has(name); i++) name = `${wanted}_${i}`
    this.names.add(name)
    return name
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
    if (!operation) throw unsupported(`Hourglass does not read TensorFlow's operation ${op} ("${name}").`)
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

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

function attributeOf(name: string, value: number | string | readonly number[]): object {
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: attributeTypes.string }
  if (typeof value !== 'number') return { name, ints: [...value], type: attributeTypes.ints }
  // ONNX tells shares from counts by the attribute, which is known by its name.
  const isFloat = name === 'alpha' || name === 'gamma' || name === 'epsilon' || name === 'cubic_coeff_a'
  return isFloat
    ? { name, f: value, type: attributeTypes.float }
    : { name, i: value, type: attributeTypes.int }
}

const info = (name: string, shape: readonly number[]) => ({
  name,
  type: {
    tensorType: {
      elemType: onnxTypes.float32,
      shape: { dim: shape.map((dimValue) => ({ dimValue })) },
    },
  },
})
