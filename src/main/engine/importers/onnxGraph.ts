import { fromHalf } from '../files/half'
import { onnxTypes } from '../graph/emitters'
import type { Weight } from '../models/weights'
import { ModelProto } from '../runtimes/onnx/protos'
import { unreadable } from './importedModel'
import { limits } from './limits'

interface TensorMessage {
  readonly name?: string
  readonly dims?: readonly number[]
  readonly dataType?: number
  readonly rawData?: Uint8Array
  readonly floatData?: readonly number[]
  readonly int64Data?: readonly number[]
  readonly externalData?: readonly object[]
}

interface AttributeMessage {
  readonly name?: string
  readonly f?: number
  readonly i?: number
  readonly s?: Uint8Array
  readonly t?: TensorMessage
  readonly ints?: readonly number[]
  readonly floats?: readonly number[]
}

/** A constant, and whether its numbers are of a kind that has whole numbers only. */
export interface OnnxConstant extends Weight {
  readonly whole?: boolean
}

/** A node with its attributes by name. */
export interface OnnxNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly ints: (attribute: string) => readonly number[] | null
  readonly floats: (attribute: string) => readonly number[] | null
  readonly number: (attribute: string) => number | null
  readonly text: (attribute: string) => string | null
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  /** Inputs that are fed, with their sizes; null where any will do. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[]
  readonly outputs: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** A constant as float32, or null. Of bytes, their numbers without a scale. */
  readonly constant: (name: string) => OnnxConstant | null
  readonly producer: string
}

interface ModelMessage {
  readonly producerName?: string
  readonly metadataProps?: readonly { key?: string; value?: string }[]
  readonly graph?: {
    readonly node?: readonly {
      readonly opType?: string
      readonly name?: string
      readonly input?: readonly string[]
      readonly output?: readonly string[]
      readonly attribute?: readonly AttributeMessage[]
    }[]
    readonly initializer?: readonly TensorMessage[]
    readonly input?: readonly { name?: string; type?: TypeMessage }[]
    readonly output?: readonly { name?: string }[]
  }
}

interface TypeMessage {
  readonly tensorType?: { shape?: { dim?: readonly { dimValue?: number }[] } }
}

/** Reads an ONNX file without running anything of it. @throws ExpectedError `bad-input` when it is none */
export function readOnnx(bytes: Uint8Array, file: string): OnnxGraph {
  let model: ModelMessage
  try {
    model = ModelProto.toObject(ModelProto.decode(bytes), { longs: Number }) as ModelMessage
  } catch (error) {
    throw unreadable(file, 'it is no sound ONNX file', error)
  }
  const { graph } = model
  if (!graph?.node?.length) throw unreadable(file, 'it holds no network')
  const constants = new Map<string, TensorMessage>()
  for (const tensor of graph.initializer ?? []) constants.set(tensor.name ?? '', tensor)
  for (const { opType, output, attribute } of graph.node) {
    const value = opType === 'Constant' ? attribute?.find(({ name }) => name === 'value')?.t : undefined
    if (value && output?.[0]) constants.set(output[0], value)
  }
  /** Several operators ask for each. */
  const read = new Map<string, OnnxConstant>()
  const nodes = graph.node.filter(({ opType }) => opType !== 'Constant').map(nodeOf)
  return {
    nodes,
    inputs: (graph.input ?? [])
      .filter(({ name }) => !constants.has(name ?? ''))
      .map(({ name = '', type }) => ({ name, shape: sizesOf(type) })),
    outputs: (graph.output ?? []).map(({ name = '' }) => name),
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key = '', value = '' }) => [key, value])),
    constant: (name) => {
      const tensor = constants.get(name)
      const known = read.get(name)
      if (!tensor || known) return known ?? null
      const values = valuesOf(tensor, file)
      read.set(name, values)
      return values
    },
    producer: model.producerName ?? '',
  }
}

type NodeMessage = NonNullable<NonNullable<ModelMessage['graph']>['node']>[number]

function nodeOf({ opType = '', name = '', input = [], output = [], attribute = [] }: NodeMessage): OnnxNode {
  const find = (wanted: string) => attribute.find((one) => one.name === wanted)
  return {
    op: opType,
    name: name || output[0] || opType,
    inputs: input,
    outputs: output,
    ints: (wanted) => find(wanted)?.ints ?? null,
    floats: (wanted) => find(wanted)?.floats ?? null,
    number: (wanted) => find(wanted)?.i ?? find(wanted)?.f ?? null,
    text: (wanted) => {
      const bytes = find(wanted)?.s
      return bytes ? Buffer.from(bytes).toString() : null
    },
  }
}

const sizesOf = (type?: TypeMessage) =>
  (type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => (dimValue && dimValue > 0 ? dimValue : null))

function valuesOf(tensor: TensorMessage, file: string): OnnxConstant {
  const { name = '', dims = [], dataType, rawData, floatData, int64Data, externalData } = tensor
  if (externalData?.length)
    throw unreadable(file, `${name} is kept in another file. Save the model with its weights inside`)
  const size = dims.reduce((product, side) => product * side, 1)
  if (!(size >= 0 && size <= limits.weights)) throw unreadable(file, `${name} would be of ${size} numbers`)
  const given = floatData?.length ? floatData : int64Data?.length ? int64Data : null
  const data = given ? Float32Array.from(given) : decoded(dataType, rawData ?? new Uint8Array(0))
  if (data?.length !== size)
    throw unreadable(file, `${name} is not as long as it says, or of a kind that is not read`)
  return { shape: [...dims], data, whole: dataType === onnxTypes.int64 || dataType === onnxTypes.int32 }
}

const doubles = 11

function decoded(type: number | undefined, bytes: Uint8Array): Float32Array | null {
  const { buffer } = new Uint8Array(bytes)
  const whole = (width: number) => buffer.byteLength % width === 0
  if (type === onnxTypes.float32 && whole(4)) return new Float32Array(buffer)
  if (type === onnxTypes.float16 && whole(2)) return fromHalf(new Uint16Array(buffer))
  if (type === onnxTypes.int8) return Float32Array.from(new Int8Array(buffer))
  if (type === onnxTypes.int32 && whole(4)) return Float32Array.from(new Int32Array(buffer))
  if (type === onnxTypes.int64 && whole(8)) return Float32Array.from(new BigInt64Array(buffer), Number)
  if (type === doubles && whole(8)) return Float32Array.from(new Float64Array(buffer))
  return null
}
