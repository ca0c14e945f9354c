import { blockedDomain, type OnnxAttribute, type OnnxEmitter, onnxTypes } from '../../graph/emitters'
import type { ConstantValue } from '../../graph/constantValue'
import { topologicalOrder } from '../../graph/operation'
import { type GraphFunction, targetsOf } from '../../graph/program'
import { bytesOf, type Pieces } from '../../../../shared/pieces'
import { encodeInPieces } from '../../files/protoPieces'
import { BATCH, type DType, type Shape, type Tensor, type TensorType } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import { keepBlocked, type OnnxAttributeProto, type OnnxNode } from './blockedValues'
import { attributeTypes, ModelProto } from './protos'

export interface AuthoredOnnxModel {
  readonly pieces: Pieces
  readonly inputs: ReadonlyMap<string, TensorType>
  /** Names of outputs that are results of the function. */
  readonly outputs: readonly string[]
  /** Variables that come in as `var/NAME`. */
  readonly reads: ReadonlySet<Variable>
  /** Variables that go out as `new/NAME`. */
  readonly writes: ReadonlySet<Variable>
}

export const variableInput = (variable: Variable) => `var/${variable.name}`
export const variableOutput = (variable: Variable) => `new/${variable.name}`

export interface OnnxModelOptions {
  /** Values of variables that nothing changes, which go into the model. */
  readonly constants?: (variable: Variable) => ConstantValue | null
  /** Pairs of text that readers show. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Of this machine's convolutions, for a model that only ONNX Runtime reads, here. */
  readonly channelBlock?: number | null
}

/** Writes one function as an ONNX model: variables it reads are inputs, variables it changes are outputs. */
export function authorOnnxModel(fn: GraphFunction, options: OnnxModelOptions = {}): AuthoredOnnxModel {
  return new OnnxBuilder(fn, options).build()
}

class OnnxBuilder implements OnnxEmitter {
  readonly channelBlock: number | null
  private readonly nodeProtos: OnnxNode[] = []
  /** Values that a node computes, by the name under which they leave the graph. */
  private readonly renamed = new Map<string, string>()
  private readonly initializers = new Map<string, object>()
  /** Names of constants as float32, by those of what the file holds. */
  private readonly decoded = new Map<string, string>()
  private readonly inputs = new Map<string, TensorType>()
  private readonly reads = new Set<Variable>()

  /** Names of constants, by what they hold. */
  private readonly constantNames = new Map<string, string>()
  /** Constants of one number. */
  private readonly scalars = new Set<string>()
  /** Shapes of values that operations give. */
  private readonly shapes = new Map<string, Shape>()

  constructor(
    private readonly fn: GraphFunction,
    private readonly options: OnnxModelOptions,
  ) {
    this.channelBlock = options.channelBlock ?? null
  }

  build(): AuthoredOnnxModel {
    const names = new Map<Tensor, string>()
    for (const node of topologicalOrder(targetsOf(this.fn))) {
      const emitted = node.operation.onnx(
        this,
        node.inputs.map((input) => names.get(input)!),
        node,
      )
      const outputs = typeof emitted === 'string' ? [emitted] : emitted
      node.outputs.forEach((output, i) => {
        names.set(output, outputs[i]!)
        this.shapes.set(outputs[i]!, output.shape)
      })
    }
    const results = Object.entries(this.fn.outputs).map(([name, tensor]) => this.output(name, tensor, names))
    const updates = [...(this.fn.updates ?? [])]
    const states = updates.map(([variable, tensor]) => this.output(variableOutput(variable), tensor, names))
    const variables = [...this.reads].map((variable) =>
      valueInfo(variableInput(variable), { shape: variable.shape, dtype: 'float32' }),
    )
    const graph = {
      name: this.fn.name,
      node: this.ordered().map((node) => ({
        ...node,
        input: node.input.map(this.finalName),
        output: node.output.map(this.finalName),
      })),
      initializer: [...this.initializers.values()],
      input: [...[...this.inputs].map(([name, type]) => valueInfo(name, type)), ...variables],
      output: [...results, ...states],
    }
    const model = {
      irVersion: 8,
      producerName: 'Hourglass',
      opsetImport: [
        { domain: '', version: 17 },
        ...(this.channelBlock ? [{ domain: blockedDomain, version: 1 }] : []),
      ],
      metadataProps: Object.entries(this.options.metadata ?? {}).map(([key, value]) => ({ key, value })),
      graph,
    }
    return {
      pieces: encodeInPieces(ModelProto, model),
      inputs: this.inputs,
      outputs: Object.keys(this.fn.outputs),
      reads: this.reads,
      writes: new Set(updates.map(([variable]) => variable)),
    }
  }

  private ordered(): readonly OnnxNode[] {
    if (!this.channelBlock) return this.nodeProtos
    const known = {
      isScalar: (value: string) => this.scalars.has(value),
      shapeOf: (value: string) => this.shapes.get(value),
    }
    return keepBlocked(this.nodeProtos, known, new Set(this.renamed.keys()))
  }

  node(op: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>): string {
    return this.nodes(op, inputs, 1, attributes)[0]!
  }

  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, OnnxAttribute> = {},
  ): string[] {
    const name = `${op}_${this.nodeProtos.length}`
    const output = Array.from({ length: outputs }, (_, i) => (i ? `${name}:${i}` : name))
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value))
    const domain = op.startsWith(`${blockedDomain}.`) ? blockedDomain : undefined
    const opType = domain ? op.slice(domain.length + 1) : op
    this.nodeProtos.push({ name, domain, opType, input: inputs, output, attribute })
    return output
  }

  constant(dtype: DType | 'int64', shape: Shape, values: readonly number[]): string {
    const key = `${dtype}[${shape}]=${values.join()}`
    const known = this.constantNames.get(key)
    if (known) return known
    const name = values.length === 1 ? key : `constant_${this.initializers.size}`
    const rawData = new Uint8Array(typedArray(dtype, values).buffer)
    this.initializers.set(name, { name, dims: shape, dataType: onnxTypes[dtype], rawData })
    this.constantNames.set(key, name)
    if (values.length === 1) this.scalars.add(name)
    return name
  }

  placeholder(name: string, type: TensorType): string {
    this.inputs.set(name, type)
    return name
  }

  variable(variable: Variable): string {
    const name = variableInput(variable)
    const value = this.options.constants?.(variable) ?? null
    if (value) return this.stored(name, variable.shape, value)
    this.reads.add(variable)
    return name
  }

  /** A constant, made float32 where the file holds it otherwise. */
  private stored(name: string, dims: Shape, value: ConstantValue): string {
    const known = this.decoded.get(name)
    if (known) return known
    const add = (label: string, shape: Shape, type: keyof typeof onnxTypes, data: ArrayBufferView) => {
      const rawData = bytesOf(data)
      this.initializers.set(label, { name: label, dims: shape, dataType: onnxTypes[type], rawData })
      return label
    }
    let decoded: string
    if (value instanceof Float32Array) decoded = add(name, dims, 'float32', value)
    else if (value.dtype === 'float16')
      decoded = this.node('Cast', [add(name, dims, 'float16', value.data)], { to: onnxTypes.float32 })
    else {
      const scales = add(`${name}/scales`, [value.scales.length], 'float32', value.scales)
      // Not DequantizeLinear: ONNX Runtime makes a product of it that rounds what comes in as well.
      const floats = this.node('Cast', [add(name, dims, 'int8', value.data)], { to: onnxTypes.float32 })
      decoded = this.node('Mul', [floats, scales])
    }
    this.decoded.set(name, decoded)
    return decoded
  }

  /** Gives a value the name of an output. What no node computes, or has such a name already, passes through a copy. */
  private output(name: string, tensor: Tensor, names: ReadonlyMap<Tensor, string>): object {
    const value = names.get(tensor)!
    const computed = this.nodeProtos.some((node) => node.output.includes(value))
    if (computed && !this.renamed.has(value)) this.renamed.set(value, name)
    else
      this.nodeProtos.push({
        name: `Identity_${this.nodeProtos.length}`,
        opType: 'Identity',
        input: [value],
        output: [name],
        attribute: [],
      })
    return valueInfo(name, tensor)
  }

  private readonly finalName = (name: string) => this.renamed.get(name) ?? name
}

function typedArray(dtype: DType | 'int64', values: readonly number[]) {
  if (dtype === 'float32') return Float32Array.from(values)
  if (dtype === 'int64') return BigInt64Array.from(values, (value) => BigInt(value))
  if (dtype === 'int32') return Int32Array.from(values)
  return Uint8Array.from(values)
}

function valueInfo(name: string, { shape, dtype }: TensorType): object {
  const dim = shape.map((size) => (size === BATCH ? { dimParam: 'batch' } : { dimValue: size }))
  return { name, type: { tensorType: { elemType: onnxTypes[dtype], shape: { dim } } } }
}

function attributeProto(name: string, value: OnnxAttribute): OnnxAttributeProto {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int }
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: attributeTypes.string }
  if ('f' in value) return { name, f: value.f, type: attributeTypes.float }
  return { name, ints: value, type: attributeTypes.ints }
}
