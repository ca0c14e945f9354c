import { fromBfloat16, fromHalf } from '../../files/half'
import { tensorflowTypes as types } from '../../runtimes/tensorflow/protos'
import { unreadable } from '../importedModel'
import { limits } from '../limits'

interface ShapeMessage {
  readonly dim?: readonly { readonly size?: number }[]
}

/** A tensor as graphs hold it: bytes, or a list of numbers of which the last one fills what is left. */
export interface TensorMessage {
  readonly dtype?: number
  readonly tensorShape?: ShapeMessage
  readonly tensorContent?: Uint8Array
  readonly floatVal?: readonly number[]
  readonly doubleVal?: readonly number[]
  readonly intVal?: readonly number[]
  readonly int64Val?: readonly number[]
  readonly boolVal?: readonly boolean[]
  readonly halfVal?: readonly number[]
  readonly stringVal?: readonly Uint8Array[]
}

/** Numbers as float32; `whole` where they are of a kind that has whole numbers only. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array
  readonly whole: boolean
}

export const sidesOf = (shape?: ShapeMessage): number[] => (shape?.dim ?? []).map(({ size = 0 }) => size)

const wholeTypes: ReadonlySet<number | undefined> = new Set([
  types.int32,
  types.int64,
  types.uint8,
  types.int8,
  types.bool,
])

/** @throws ExpectedError where it is not as long as it says, or of a kind that is not read */
export function numbersOf(tensor: TensorMessage, name: string, file: string): Numbers {
  const shape = sidesOf(tensor.tensorShape)
  const size = shape.reduce((product, side) => product * side, 1)
  if (!(size >= 0 && size <= limits.weights)) throw unreadable(file, `${name} would be of ${size} numbers`)
  const { dtype, tensorContent } = tensor
  const data = tensorContent?.length ? fromBytes(dtype, tensorContent) : filled(tensor, size)
  if (data?.length !== size)
    throw unreadable(file, `${name} is not as long as it says, or of a kind that is not read`)
  return { shape, data, whole: wholeTypes.has(dtype) }
}

/** @returns null for a kind that is not read */
export function fromBytes(dtype: number | undefined, bytes: Uint8Array): Float32Array | null {
  const { buffer } = new Uint8Array(bytes)
  const whole = (width: number) => buffer.byteLength % width === 0
  if (dtype === types.float32 && whole(4)) return new Float32Array(buffer)
  if (dtype === types.float64 && whole(8)) return Float32Array.from(new Float64Array(buffer))
  if (dtype === types.float16 && whole(2)) return fromHalf(new Uint16Array(buffer))
  if (dtype === types.bfloat16 && whole(2)) return fromBfloat16(new Uint16Array(buffer))
  if (dtype === types.int32 && whole(4)) return Float32Array.from(new Int32Array(buffer))
  if (dtype === types.int64 && whole(8)) return Float32Array.from(new BigInt64Array(buffer), Number)
  if (dtype === types.int8) return Float32Array.from(new Int8Array(buffer))
  if (dtype === types.uint8 || dtype === types.bool) return Float32Array.from(bytes)
  return null
}

function filled(tensor: TensorMessage, size: number): Float32Array | null {
  const { dtype, floatVal, doubleVal, intVal, int64Val, boolVal, halfVal } = tensor
  const halves = halfVal && Uint16Array.from(halfVal)
  const given =
    [floatVal, doubleVal, intVal, int64Val, boolVal?.map(Number)].find((list) => list?.length) ??
    (halves?.length ? [...(dtype === types.bfloat16 ? fromBfloat16(halves) : fromHalf(halves))] : [])
  if (given.length > size) return null
  const last = given.at(-1) ?? 0
  const data = new Float32Array(size).fill(last)
  data.set(given)
  return data
}
