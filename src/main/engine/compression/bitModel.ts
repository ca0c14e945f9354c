import { type BitCoder, certainty } from './rangeCoder'

/**
 * Predicts bits by mixing what several contexts have seen so far, in the logistic domain (Mahoney 2005, "Adaptive weighing of context
 * models for lossless data compression"). Tables come from multiplications alone and weights from additions and products, which
 * IEEE 754 fixes: reader and writer predict the same on every machine, as they must.
 */

/** The logistic domain in steps of 1/256, from −8 to 8. */
const steps = 256
const ends = 8 * steps

/** Probability of a one, out of 65,536, for each step. */
const squashed = new Uint16Array(2 * ends + 1)
/** Logit of each probability out of 4,096. */
const stretched = new Float64Array(4096)

function fillTables(): void {
  const growth = 1.0039138893383475 // e^(1/256)
  let power = 1
  for (let k = 0; k <= ends; k++, power *= growth) {
    const one = Math.round((certainty * power) / (1 + power))
    squashed[ends + k] = Math.min(certainty - 24, one)
    squashed[ends - k] = Math.max(24, certainty - one)
  }
  let k = -ends
  for (let i = 0; i < 4096; i++) {
    while (k < ends && squashed[ends + k]! < 16 * i + 8) k++
    stretched[i] = k / steps
  }
}
fillTables()

/** Prior knowledge of a context is worth so many bits seen. */
const priorCount = 6
/** From so many bits on, old ones are forgotten. */
const mostCount = 250

/**
 * Contexts of one kind. Each holds how likely a one is and how many bits it has seen.
 *
 * @param size how many contexts there are
 */
class Counters {
  readonly ones: Uint16Array
  readonly counts: Uint8Array

  constructor(size: number, initial: number) {
    this.ones = new Uint16Array(size).fill(initial)
    this.counts = new Uint8Array(size)
  }
}

export interface MixerShape {
  /** How many contexts each kind has. */
  readonly sizes: readonly number[]
  /** Sets of weights; the caller chooses one for each bit. */
  readonly weightSets: number
}

/** Mixes one context of each kind into a prediction, codes a bit by it, and learns from the bit. */
export class BitModel {
  private readonly kinds: readonly Counters[]
  private readonly weights: Float64Array
  private readonly inputs: Float64Array

  constructor({ sizes, weightSets }: MixerShape) {
    this.kinds = sizes.map((size) => new Counters(size, certainty / 2))
    this.inputs = new Float64Array(sizes.length)
    this.weights = new Float64Array(weightSets * sizes.length).fill(1 / sizes.length)
  }

  /** Sets what a context predicts before it has seen anything, and how sure it is of that. @param one out of 65,536 */
  begin(kind: number, context: number, one: number, count = priorCount): void {
    const { ones, counts } = this.kinds[kind]!
    ones[context] = Math.min(certainty - 24, Math.max(24, one))
    counts[context] = count
  }

  /** Weights of all sets, one a kind. */
  weigh(initial: readonly number[]): void {
    for (let i = 0; i < this.weights.length; i++) this.weights[i] = initial[i % initial.length]!
  }

  /** @param contexts one index a kind @returns the bit */
  code(coder: BitCoder, contexts: readonly number[] | Int32Array, set: number, bit: number): number {
    const { kinds, inputs, weights } = this
    const first = set * kinds.length
    let sum = 0
    for (let i = 0; i < kinds.length; i++) {
      const input = stretched[kinds[i]!.ones[contexts[i]!]! >>> 4]!
      inputs[i] = input
      sum += weights[first + i]! * input
    }
    const at = Math.max(-ends, Math.min(ends, Math.round(sum * steps)))
    const one = squashed[at + ends]!
    const coded = coder.code(one, bit)
    const error = coded - one / certainty
    for (let i = 0; i < kinds.length; i++) {
      weights[first + i]! += 0.015 * error * inputs[i]!
      learn(kinds[i]!, contexts[i]!, coded)
    }
    return coded
  }
}

/** Moves a context towards a bit, by less the more it has seen. */
function learn({ ones, counts }: Counters, context: number, bit: number): void {
  const count = counts[context]!
  const target = bit ? certainty - 1 : 0
  ones[context] = Math.max(
    24,
    Math.min(certainty - 24, ones[context]! + Math.round((target - ones[context]!) / (count + 1.6))),
  )
  if (count < mostCount) counts[context] = count + 1
}
