import { CodeModel, type DimensionPrior, fitPriors } from './codeModel'
import { RangeReader, RangeWriter } from './rangeCoder'

/** A tensor of whole numbers times a step. */
export interface RoundedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly step: number
  readonly numbers: Int32Array
}

/** What is written of a tensor beside its numbers. */
export interface TensorHead {
  readonly name: string
  readonly shape: readonly number[]
  readonly step: number
  /** The lowest bits of each number, written as they are: they are as good as random. */
  readonly low: number
  readonly prior: DimensionPrior
}

/** Values rounded to 2^−bits of their root mean square; a step that a float32 holds. */
export function roundTensor(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  bits: number,
): RoundedTensor {
  let sum = 0
  let largest = 0
  for (const value of values) {
    sum += value * value
    largest = Math.max(largest, Math.abs(value))
  }
  const wanted = Math.sqrt(sum / Math.max(1, values.length)) * 2 ** -bits
  const step = Math.fround(Math.max(wanted, largest / 2 ** 19)) || 1
  return { name, shape, step, numbers: Int32Array.from(values, (value) => Math.round(value / step)) }
}

/** The values that a reader gets. */
export const valuesOf = ({ numbers, step }: Pick<RoundedTensor, 'numbers' | 'step'>): Float32Array =>
  Float32Array.from(numbers, (number) => number * step)

export function writeTensors(tensors: readonly RoundedTensor[]): { heads: TensorHead[]; bytes: Uint8Array } {
  const writer = new RangeWriter()
  const heads = tensors.map(({ name, shape, step, numbers }): TensorHead => {
    const low = lowBits(numbers)
    const high = numbers.map((number) => number >> low)
    const [prior] = fitPriors(high, 1)
    const model = new CodeModel([prior!])
    const row = new Int32Array(1)
    numbers.forEach((number, i) => {
      row[0] = high[i]!
      model.code(writer, row)
      for (let bit = low - 1; bit >= 0; bit--) writer.code(32_768, (number >> bit) & 1)
    })
    return { name, shape, step, low, prior: prior! }
  })
  return { heads, bytes: writer.finish() }
}

export function readTensors(heads: readonly TensorHead[], bytes: Uint8Array): RoundedTensor[] {
  const reader = new RangeReader(bytes)
  return heads.map(({ name, shape, step, low, prior }) => {
    const model = new CodeModel([prior])
    const row = new Int32Array(1)
    const numbers = new Int32Array(shape.reduce((a, b) => a * b, 1))
    for (let i = 0; i < numbers.length; i++) {
      row[0] = 0
      model.code(reader, row)
      let number = row[0]!
      for (let bit = 0; bit < low; bit++) number = (number << 1) | reader.code(32_768)
      numbers[i] = number
    }
    return { name, shape, step, numbers }
  })
}

/** What is above them is about as large as 2. */
function lowBits(numbers: Int32Array): number {
  let sum = 0
  for (const number of numbers) sum += Math.abs(number)
  const mean = sum / Math.max(1, numbers.length)
  return Math.max(0, Math.min(20, Math.floor(Math.log2(Math.max(1, mean / 1.5)))))
}
