import type { TensorflowAttribute, TensorflowEmitter } from '../../graph/emitters'
import type { ConstantValue } from '../../graph/constantValue'
import { topologicalOrder } from '../../graph/operation'
import { type GraphFunction, targetsOf } from '../../graph/program'
import type { Shape, Tensor, TensorType } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import { tensorflowTypes } from './protos'

/** A value of a variable within a function: the read that gives it, and the operation that wrote it. */
interface Version {
  readonly read: string
  readonly writer?: string
}

interface NodeDef {
  name: string
  op: string
  input: readonly string[]
  attr: Record<string, object>
}

/** Names of a function's inputs and outputs in the graph, as `node:index`. */
export interface Endpoints {
  readonly inputs: ReadonlyMap<string, { name: string; type: TensorType }>
  readonly outputs: ReadonlyMap<string, { name: string; type: TensorType }>
}

/** Collects the nodes of all functions of a program in one GraphDef. Functions share the variables. */
export class GraphDefBuilder {
  readonly nodes: NodeDef[] = []
  private readonly handles = new Map<Variable, string>()
  private readonly fixed = new Map<Variable, string>()

  /** @param constants values of variables that nothing changes */
  constructor(private readonly constants: (variable: Variable) => ConstantValue | null) {}

  addFunction(fn: GraphFunction): Endpoints {
    return new FunctionEmitter(this, fn).emit()
  }

  add(
    name: string,
    op: string,
    input: readonly string[],
    attributes: Record<string, TensorflowAttribute> = {},
  ): string {
    const attr = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attrValue(value)]))
    this.nodes.push({ name, op, input, attr })
    return name
  }

  /** The node that holds a variable's value, for one that nothing changes; null for others. */
  constantOf(variable: Variable): string | null {
    const values = this.constants(variable)
    if (!values) return null
    const known = this.fixed.get(variable)
    if (known) return known
    const name = this.addStored(`weights/${variable.name}`, variable.shape, values)
    this.fixed.set(variable, name)
    return name
  }

  /** A constant, made float32 where the file holds it otherwise. */
  private addStored(name: string, shape: Shape, value: ConstantValue): string {
    if (value instanceof Float32Array) return this.addTensor(name, 'float32', shape, value)
    const stored = this.addTensor(name, value.dtype, shape, value.data)
    const types = { SrcT: { type: value.dtype }, DstT: { type: 'float32' } } as const
    const floats = this.add(`${name}/float32`, 'Cast', [stored], types)
    if (value.dtype === 'float16') return floats
    const scales = this.addTensor(`${name}/scales`, 'float32', [value.scales.length], value.scales)
    return this.add(`${name}/scaled`, 'Mul', [floats, scales], { T: { type: 'float32' } })
  }

  addConstant(name: string, dtype: 'float32' | 'int32', shape: Shape, values: readonly number[]): string {
    const array = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values)
    return this.addTensor(name, dtype, shape, array)
  }

  private addTensor(
    name: string,
    dtype: 'float32' | 'int32' | 'float16' | 'int8',
    shape: Shape,
    { buffer, byteOffset, byteLength }: ArrayBufferView,
  ): string {
    const tensor = {
      dtype: tensorflowTypes[dtype],
      tensorShape: shapeProto(shape),
      tensorContent: new Uint8Array(buffer, byteOffset, byteLength),
    }
    this.nodes.push({
      name,
      op: 'Const',
      input: [],
      attr: { dtype: { type: tensorflowTypes[dtype] }, value: { tensor } },
    })
    return name
  }

  handle(variable: Variable): string {
    let name = this.handles.get(variable)
    if (!name) {
      name = this.add(`variables/${variable.name}`, 'VarHandleOp', [], {
        dtype: { type: 'float32' },
        shape: { shape: variable.shape },
        shared_name: { s: variable.name },
      })
      this.handles.set(variable, name)
    }
    return name
  }
}

/** Operations whose result can lie in the memory of their first input. */
const views = new Set(['BroadcastTo', 'Mean', 'Reshape', 'Slice', 'SplitV', 'Sum', 'Transpose'])

/**
 * Emits one function. Variables are read once per version: the read of each version runs before the operation that
 * makes the next one, so every reader sees the value it was written for, whatever order the runtime picks.
 */
class FunctionEmitter implements TensorflowEmitter {
  private count = 0
  private readonly inputs = new Map<string, { name: string; type: TensorType }>()
  private readonly consumed = new Set<string>()
  private readonly current = new Map<Variable, Version>()
  /** Writers, by the inputs of their node, with the versions that they replace. */
  private readonly writers: { inputs: string[]; replaced: Version[] }[] = []
  /** Values in the memory of a feed, which its owner takes back after the call. */
  private readonly borrowed = new Set<string>()

  constructor(
    private readonly graph: GraphDefBuilder,
    private readonly fn: GraphFunction,
  ) {}

  emit(): Endpoints {
    const names = new Map<Tensor, string>()
    for (const node of topologicalOrder(targetsOf(this.fn))) {
      const emitted = node.operation.tensorflow(
        this,
        node.inputs.map((input) => names.get(input)!),
        node,
      )
      const outputs = typeof emitted === 'string' ? [emitted] : emitted
      node.outputs.forEach((output, i) => names.set(output, outputs[i]!))
    }
    const written = [...(this.fn.updates ?? [])].map(
      ([variable, tensor]) => `^${this.settle(variable, names.get(tensor)!)}`,
    )
    this.checkWrites()
    const outputs = new Map<string, { name: string; type: TensorType }>()
    const fetched: [string, Tensor | undefined, string][] = Object.entries(this.fn.outputs).map(
      ([name, tensor]) => [name, tensor, names.get(tensor)!],
    )
    for (const [, , value] of fetched) this.consumed.add(value)
    this.orderWriters()
    // A function without outputs still needs something to fetch.
    if (!fetched.length) fetched.push(['done', undefined, this.constant('float32', [], [0])])
    for (const [name, tensor, value] of fetched) {
      const type = tensor ?? { shape: [], dtype: 'float32' as const }
      const identity = this.graph.add(`${this.fn.name}/outputs/${name}`, 'Identity', [value, ...written], {
        T: { type: type.dtype },
      })
      outputs.set(name, { name: `${identity}:0`, type })
    }
    return { inputs: this.inputs, outputs }
  }

  node(op: string, inputs: readonly string[], attributes?: Record<string, TensorflowAttribute>): string {
    for (const input of inputs) this.consumed.add(input)
    const name = this.graph.add(`${this.fn.name}/${op}_${this.count++}`, op, inputs, attributes)
    if (views.has(op) && this.borrowed.has(inputs[0]!)) this.borrowed.add(name)
    return name
  }

  constant(dtype: 'float32' | 'int32', shape: Shape, values: readonly number[]): string {
    return this.graph.addConstant(`${this.fn.name}/Const_${this.count++}`, dtype, shape, values)
  }

  placeholder(name: string, type: TensorType): string {
    const node = this.graph.add(`${this.fn.name}/inputs/${name}`, 'Placeholder', [], {
      dtype: { type: type.dtype },
      shape: { shape: type.shape },
    })
    this.inputs.set(name, { name: `${node}:0`, type })
    this.borrowed.add(node)
    return node
  }

  variable(variable: Variable): string {
    const fixed = this.graph.constantOf(variable)
    if (fixed !== null) return fixed
    let state = this.current.get(variable)
    if (!state) this.current.set(variable, (state = { read: this.read(variable) }))
    return state.read
  }

  update(
    op: string,
    targets: readonly { variable: Variable; value: string }[],
    inputs: readonly string[],
    attributes?: Record<string, TensorflowAttribute>,
  ): readonly string[] {
    for (const { variable, value } of targets)
      if (this.variable(variable) !== value) this.assign(variable, value)
    const written = targets.map(({ variable }) => variable)
    return this.write(op, written, inputs, attributes)
  }

  /** The operation after which a variable holds `value`. */
  private settle(variable: Variable, value: string): string {
    const state = this.current.get(variable)
    if (state?.writer && state.read === value) return state.writer
    this.assign(variable, value)
    return this.current.get(variable)!.writer!
  }

  private assign(variable: Variable, value: string): void {
    const own = this.borrowed.has(value) ? this.node('DeepCopy', [value], { T: { type: 'float32' } }) : value
    this.write('AssignVariableOp', [variable], [own], {
      dtype: { type: 'float32' },
      validate_shape: { b: false },
    })
  }

  /** One operation that writes variables; the names returned are those of their values after it. */
  private write(
    op: string,
    variables: readonly Variable[],
    inputs: readonly string[],
    attributes?: Record<string, TensorflowAttribute>,
  ): string[] {
    const all = [...variables.map((variable) => this.graph.handle(variable)), ...inputs]
    const replaced = variables.flatMap((variable) => this.current.get(variable) ?? [])
    const writer = this.node(op, all, attributes)
    this.writers.push({ inputs: all, replaced })
    return variables.map((variable) => {
      const read = this.read(variable, `^${writer}`)
      this.current.set(variable, { read, writer })
      return read
    })
  }

  /** An operation that writes in place does so whatever the function says. */
  private checkWrites(): void {
    for (const [variable, { writer }] of this.current)
      if (writer && !this.fn.updates?.has(variable))
        throw new Error(
          `The function ${this.fn.name} changes ${variable.name} but does not have it among its updates.`,
        )
  }

  /** Lets the read of each replaced version, or where nobody wants it its writer, go first. Needs all readers to be known. */
  private orderWriters(): void {
    for (const { inputs, replaced } of this.writers)
      for (const { read, writer } of replaced) {
        const before = this.consumed.has(read) ? read : writer
        if (before) inputs.push(`^${before}`)
      }
  }

  private read(variable: Variable, ...after: string[]): string {
    return this.node('ReadVariableOp', [this.graph.handle(variable), ...after], {
      dtype: { type: 'float32' },
    })
  }
}

function shapeProto(shape: Shape) {
  return { dim: shape.map((size) => ({ size })) }
}

function attrValue(value: TensorflowAttribute): object {
  if ('type' in value) return { type: tensorflowTypes[value.type] }
  if ('s' in value) return { s: Buffer.from(value.s) }
  if ('shape' in value) return { shape: shapeProto(value.shape) }
  if ('ints' in value) return { list: { i: value.ints } }
  return value
}
