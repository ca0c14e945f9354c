import { BitModel } from './bitModel'
import type { BitCoder } from './rangeCoder'

/**
 * What is known of the whole numbers of each dimension before any is coded: how often they are zero, and how often a magnitude that
 * has reached one goes on, both out of 256; and the dimension before it that tells the most of it.
 */
export interface DimensionPrior {
  readonly zero: number
  readonly goesOn: number
  /** An earlier dimension; itself where none tells anything. */
  readonly partner: number
}

/** Bits of a magnitude in unary; what is larger is written in binary, its length first. */
const unary = 14
const zeroBit = 0
const signBit = 1
const firstMagnitude = 2
const bitsEach = firstMagnitude + unary
/** Values of a neighbouring dimension that are told apart: from −2 to 2. */
const told = 5
const activities = 8
const clipped = (value: number) => Math.max(-2, Math.min(2, value)) + 2

/** Largest magnitude that can be written. */
export const largestMagnitude = 2 ** 20

/** Writes or reads rows of whole numbers, and learns from each how the next ones are distributed. */
export class CodeModel {
  private readonly bits: BitModel
  private readonly lengths: BitModel
  private readonly contexts = new Int32Array(4)
  private readonly zero = new Int32Array(1)

  constructor(private readonly priors: readonly DimensionPrior[]) {
    const own = priors.length * bitsEach
    this.bits = new BitModel({ sizes: [own, own * told, own * told, own * activities], weightSets: bitsEach })
    this.bits.weigh([0.4, 0.3, 0.2, 0.2])
    this.lengths = new BitModel({ sizes: [64], weightSets: 1 })
    this.lengths.weigh([1])
    priors.forEach((prior, dimension) => this.beginDimension(prior, dimension * bitsEach))
  }

  private beginDimension({ zero, goesOn }: DimensionPrior, first: number): void {
    const begin = (bit: number, one: number) => {
      const at = first + bit
      this.bits.begin(0, at, one, 24)
      for (let i = 0; i < told; i++) {
        this.bits.begin(1, at * told + i, one, 8)
        this.bits.begin(2, at * told + i, one, 8)
      }
      for (let i = 0; i < activities; i++) this.bits.begin(3, at * activities + i, one, 8)
    }
    begin(zeroBit, 65_536 - Math.round(65_536 * ((zero + 0.5) / 256)))
    begin(signBit, 32_768)
    for (let i = 0; i < unary; i++) begin(firstMagnitude + i, Math.round(65_536 * ((goesOn + 0.5) / 256)))
  }

  /** @param row one number a dimension; filled in by a reader */
  code(coder: BitCoder, row: Int32Array): void {
    let activity = 0
    for (let d = 0; d < row.length; d++) {
      const before = d > 0 ? clipped(row[d - 1]!) : 2
      const { partner } = this.priors[d]!
      const other = partner < d ? clipped(row[partner]!) : 2
      const value = this.value(coder, row[d]!, (bit) => this.at(d * bitsEach + bit, before, other, activity))
      row[d] = value
      // A running mean of magnitudes, in quarters of a number.
      activity = activity - (activity >> 2) + Math.min(8, Math.abs(value)) * 4
    }
  }

  private at(bit: number, before: number, other: number, activity: number): Int32Array {
    const { contexts } = this
    contexts[0] = bit
    contexts[1] = bit * told + before
    contexts[2] = bit * told + other
    contexts[3] = bit * activities + Math.min(activities - 1, activity >> 2)
    return contexts
  }

  private value(coder: BitCoder, value: number, at: (bit: number) => Int32Array): number {
    const { bits } = this
    if (!bits.code(coder, at(zeroBit), zeroBit, value === 0 ? 0 : 1)) return 0
    const negative = bits.code(coder, at(signBit), signBit, value < 0 ? 1 : 0)
    const wanted = Math.abs(value)
    let magnitude = 1
    while (magnitude <= unary) {
      const bit = firstMagnitude + magnitude - 1
      if (!bits.code(coder, at(bit), bit, wanted > magnitude ? 1 : 0)) break
      magnitude++
    }
    if (magnitude > unary) magnitude += this.large(coder, wanted - magnitude)
    return negative ? -magnitude : magnitude
  }

  /** Elias gamma code with adaptive lengths (Elias 1975). */
  private large(coder: BitCoder, wanted: number): number {
    const goal = wanted + 1
    let length = 0
    const context = this.zero
    while (length < 21) {
      context[0] = length
      if (!this.lengths.code(coder, context, 0, goal >= 2 ** (length + 1) ? 1 : 0)) break
      length++
    }
    let value = 1
    for (let i = length - 1; i >= 0; i--)
      value = 2 * value + coder.code(32_768, Math.floor(goal / 2 ** i) & 1)
    return value - 1
  }
}

/**
 * The priors of rows of whole numbers.
 *
 * @param rows count × dimensions
 * @param withPartners whether each dimension's partner is looked for, which takes longest, and which choices do not need
 */
export function fitPriors(rows: Int32Array, dimensions: number, withPartners = true): DimensionPrior[] {
  const count = rows.length / dimensions
  return Array.from({ length: dimensions }, (_, d) => {
    let zeros = 0
    let sum = 0
    for (let i = d; i < rows.length; i += dimensions) {
      if (rows[i] === 0) zeros++
      else sum += Math.min(64, Math.abs(rows[i]!)) - 1
    }
    const others = count - zeros
    const share = (part: number, whole: number) =>
      Math.max(0, Math.min(255, Math.floor((256 * (part + 0.3)) / (whole + 0.6))))
    return {
      zero: share(zeros, count),
      goesOn: share(sum, sum + others),
      partner: withPartners ? partnerOf(rows, dimensions, d) : d,
    }
  })
}

/** The earlier dimension whose clipped value tells most of this one's, but for the one just before it. */
function partnerOf(rows: Int32Array, dimensions: number, d: number): number {
  const count = rows.length / dimensions
  let best = d
  let most = (told - 1) ** 2 / (2 * Math.LN2 * count) // What chance gives (Miller 1955).
  for (let other = Math.max(0, d - 96); other < d - 1; other++) {
    const information = sharedInformation(rows, dimensions, d, other)
    if (information > most) [most, best] = [information, other]
  }
  return best
}

/** Mutual information of two dimensions, clipped, in bits. */
function sharedInformation(rows: Int32Array, dimensions: number, a: number, b: number): number {
  const count = rows.length / dimensions
  const joint = new Float64Array(told * told)
  for (let i = 0; i < rows.length; i += dimensions)
    joint[clipped(rows[i + a]!) * told + clipped(rows[i + b]!)]!++
  let information = 0
  for (let x = 0; x < told; x++)
    for (let y = 0; y < told; y++) {
      const both = joint[x * told + y]!
      if (both === 0) continue
      let row = 0
      let column = 0
      for (let i = 0; i < told; i++) {
        row += joint[x * told + i]!
        column += joint[i * told + y]!
      }
      information += (both / count) * Math.log2((both * count) / (row * column))
    }
  return information
}

/**
 * Bits that a number of a dimension takes by the priors alone, for choosing numbers. A table for magnitudes up to 32 of every
 * dimension; later ones cost the last one's step each.
 */
export function priorBits(priors: readonly DimensionPrior[]): Float64Array[] {
  return priors.map(({ zero, goesOn }) => {
    const z = (zero + 0.5) / 256
    const g = (goesOn + 0.5) / 256
    return Float64Array.from({ length: 33 }, (_, m) =>
      m === 0 ? -Math.log2(z) : 1 - Math.log2(1 - z) - Math.log2(1 - g) - (m - 1) * Math.log2(g),
    )
  })
}

/** @param table of one dimension, by `priorBits` */
export function bitsOf(table: Float64Array, value: number): number {
  const magnitude = Math.abs(value)
  if (magnitude <= 32) return table[magnitude]!
  return table[32]! + (magnitude - 32) * (table[32]! - table[31]!)
}
