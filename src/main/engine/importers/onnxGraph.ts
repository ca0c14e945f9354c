import { fromHalf } from '../files/half'
import { onnxTypes } from '../graph/emitters'
import type { Weight } from '../models/weights'
import { ModelProto } from '../runtimes/onnx/protos'
import { unreadable } from './importedModel'
import { limits } from './limits'
import { sentence } from '../../../shared/texts/sentence'

export interface TensorMessage {
  readonly name?: string
  readonly dims?: readonly number[]
  readonly dataType?: number
  readonly rawData?: Uint8Array
  readonly floatData?: readonly number[]
  readonly int64Data?: readonly number[]
  readonly int32Data?: readonly number[]
  readonly doubleData?: readonly number[]
  readonly externalData?: readonly { readonly key?: string; readonly value?: string }[]
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
  readonly inputs: readonly {
    readonly name: string
    readonly shape: readonly (number | null)[]
    readonly isFloat: boolean
    /** Whether it takes half precision, in which the network computes. */
    readonly isHalf: boolean
  }[]
  readonly outputs: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** A constant as float32, or null. Of bytes, their numbers without a scale. */
  readonly constant: (name: string) => OnnxConstant | null
  readonly producer: string
  /** What lies beside the file. */
  readonly external: ExternalData
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
  readonly tensorType?: { elemType?: number; shape?: { dim?: readonly { dimValue?: number }[] } }
}

/** What files beside it hold, by their names. */
export type ExternalData = ReadonlyMap<string, Uint8Array>

function decodedModel(bytes: Uint8Array, file: string): ModelMessage {
  try {
    return ModelProto.toObject(ModelProto.decode(bytes), { longs: Number }) as ModelMessage
  } catch (error) {
    throw unreadable(file, sentence('importing.noOnnx'), error)
  }
}

/**
 * Names of the files in which weights lie, as newer versions of PyTorch write them.
 * @throws ExpectedError `bad-input` for one that is not in the same folder
 */
export function externalFiles(bytes: Uint8Array, file: string): readonly string[] {
  const { graph } = decodedModel(bytes, file)
  const attributes = (graph?.node ?? []).flatMap(({ attribute = [] }) =>
    attribute.flatMap(({ t }) => t ?? []),
  )
  const names = new Set(
    [...(graph?.initializer ?? []), ...attributes].flatMap((tensor) => locationOf(tensor) ?? []),
  )
  for (const name of names)
    if (!name || /[\\/:\0]/.test(name) || name === '.' || name === '..')
      throw unreadable(file, `its weights would lie in ${name}, which is not the name of a file beside it`)
  if (names.size > mostFiles) throw unreadable(file, `its weights lie in ${names.size} files`)
  return [...names]
}

const mostFiles = 64

const locationOf = ({ externalData }: TensorMessage): string | undefined =>
  externalData?.find(({ key }) => key === 'location')?.value

/** Reads an ONNX file without running anything of it. @throws ExpectedError `bad-input` when it is none */
export function readOnnx(bytes: Uint8Array, file: string, external: ExternalData = new Map()): OnnxGraph {
  const model = decodedModel(bytes, file)
  const { graph } = model
  if (!graph?.node?.length) throw unreadable(file, 'it holds no network')
  const constants = new Map<string, TensorMessage>()
  for (const tensor of graph.initializer ?? []) constants.set(tensor.name ?? '', tensor)
  for (const { opType, output, attribute } of graph.node) {
    const value = opType === 'Constant' ? constantOf(attribute) : undefined
    if (value && output?.[0]) constants.set(output[0], value)
  }
  /** Several operators ask for each. */
  const read = new Map<string, OnnxConstant>()
  const nodes = graph.node.filter(({ opType }) => opType !== 'Constant').map(nodeOf)
  return {
    nodes,
    inputs: (graph.input ?? [])
      .filter(({ name }) => !constants.has(name ?? ''))
      .map(({ name = '', type }) => ({
        name,
        shape: sizesOf(type),
        isFloat: type?.tensorType?.elemType === onnxTypes.float32,
        isHalf: type?.tensorType?.elemType === onnxTypes.float16,
      })),
    outputs: (graph.output ?? []).map(({ name = '' }) => name),
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key = '', value = '' }) => [key, value])),
    constant: (name) => {
      const tensor = constants.get(name)
      const known = read.get(name)
      if (!tensor || known) return known ?? null
      const values = valuesOf(tensor, file, external)
      read.set(name, values)
      return values
    },
    producer: model.producerName ?? '',
    external,
  }
}

/** A Constant's tensor, or its numbers as they stand. */
function constantOf(attributes: readonly AttributeMessage[] = []): TensorMessage | undefined {
  const of = (wanted: string) => attributes.find(({ name }) => name === wanted)
  const [float, int] = [of('value_float')?.f, of('value_int')?.i]
  const [floats, ints] = [of('value_floats')?.floats, of('value_ints')?.ints]
  if (float !== undefined) return { dims: [], dataType: onnxTypes.float32, floatData: [float] }
  if (int !== undefined) return { dims: [], dataType: onnxTypes.int64, int64Data: [int] }
  if (floats) return { dims: [floats.length], dataType: onnxTypes.float32, floatData: floats }
  if (ints) return { dims: [ints.length], dataType: onnxTypes.int64, int64Data: ints }
  return of('value')?.t
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

function valuesOf(tensor: TensorMessage, file: string, external: ExternalData): OnnxConstant {
  const { name = '', dims = [], dataType, floatData, int64Data, int32Data, doubleData, externalData } = tensor
  const rawData = externalData?.length ? outside(tensor, file, external) : tensor.rawData
  const size = dims.reduce((product, side) => product * side, 1)
  if (!(size >= 0 && size <= limits.weights)) throw unreadable(file, `${name} would be of ${size} numbers`)
  // Halves lie there as their bits, which would have to be told apart: they are read from bytes alone.
  const whole = dataType === onnxTypes.float16 ? undefined : int32Data
  const given = [floatData, int64Data, doubleData, whole].find((one) => one?.length)
  const data = given ? Float32Array.from(given) : decoded(dataType, rawData ?? new Uint8Array(0))
  if (data?.length !== size)
    throw unreadable(file, `${name} is not as long as it says, or of a kind that is not read`)
  return { shape: [...dims], data, whole: dataType === onnxTypes.int64 || dataType === onnxTypes.int32 }
}

/** The part of another file in which a tensor lies. */
export function outside(tensor: TensorMessage, file: string, external: ExternalData): Uint8Array {
  const { name = '', externalData = [] } = tensor
  const of = (wanted: string) => externalData.find(({ key }) => key === wanted)?.value
  const location = of('location') ?? ''
  const bytes = external.get(location)
  if (!bytes) throw unreadable(file, sentence('importing.keptElsewhere', { name, location }))
  const offset = Number(of('offset') ?? 0)
  const length = Number(of('length') ?? bytes.length - offset)
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
    throw unreadable(file, `${name} would lie behind the end of ${location}. Copy that file once more`)
  return bytes.subarray(offset, offset + length)
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
