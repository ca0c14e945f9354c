import type { Curve } from './curve'
import type { NeighborGraph } from './neighborGraph'

export interface LayoutOptions {
  readonly components: 2 | 3
  readonly curve: Curve
  readonly epochs: number
  /** The first step's length; it falls to zero over the epochs. */
  readonly learningRate: number
  readonly seed: number
}

/** Points that push away for each that pulls. */
const repelling = 5
/** No step moves a coordinate farther. */
const clip = 4
/** Of a float's mantissa, so that a table of forces has 128 entries for each doubling of the squared distance. */
const mantissaBits = 7
const shift = 23 - mantissaBits

/**
 * Moves points so that those which an edge joins come near each other and others stay away, by stochastic gradient
 * descent with negative sampling (McInnes, Healy, Melville 2018, algorithm 5). Forces come from a table by squared
 * distance, which is right to half a per cent and several times as fast as powers.
 *
 * @param places count × components, moved in place
 * @returns a generator that yields after each epoch
 */
export function* layOut(
  places: Float32Array,
  { heads, tails, weights, count }: NeighborGraph,
  { components, curve, epochs, learningRate, seed }: LayoutOptions,
): Generator<number, void, undefined> {
  const strongest = weights.reduce((most, weight) => Math.max(most, weight), 0)
  const edges = Uint32Array.from(heads.keys()).filter((e) => weights[e]! >= strongest / epochs)
  const between = Float32Array.from(edges, (e) => strongest / weights[e]!)
  const due = between.slice()
  const field = { places, count, ...forces(curve), random: (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1 }
  const step = components === 2 ? inPlane : inSpace
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = learningRate * (1 - (epoch - 1) / epochs)
    for (let n = 0; n < edges.length; n++) {
      if (due[n]! > epoch) continue
      due[n]! += between[n]!
      const edge = edges[n]!
      step(field, heads[edge]!, tails[edge]!, rate)
    }
    yield epoch
  }
}

const asFloat = new Float32Array(1)
const asBits = new Uint32Array(asFloat.buffer)

/** What an edge moves, and by what. */
interface Field {
  readonly places: Float32Array
  readonly count: number
  /** Forces by the bits of a squared distance: along an edge, and from strangers. */
  readonly pull: Float32Array
  readonly push: Float32Array
  /** State of the random numbers. */
  random: number
}

/** One edge in the plane: both ends come nearer, and the head goes away from some strangers. */
function inPlane(field: Field, head: number, tail: number, rate: number): void {
  const { places, count, pull, push } = field
  let x = places[2 * head]!
  let y = places[2 * head + 1]!
  let dx = x - places[2 * tail]!
  let dy = y - places[2 * tail + 1]!
  asFloat[0] = dx * dx + dy * dy
  let force = pull[asBits[0]! >>> shift]!
  const moveX = limited(force * dx) * rate
  const moveY = limited(force * dy) * rate
  places[2 * tail]! -= moveX
  places[2 * tail + 1]! -= moveY
  x += moveX
  y += moveY
  for (let k = 0; k < repelling; k++) {
    const other = next(field) % count
    if (other === head) continue
    dx = x - places[2 * other]!
    dy = y - places[2 * other + 1]!
    asFloat[0] = dx * dx + dy * dy
    force = push[asBits[0]! >>> shift]!
    x += limited(force * dx) * rate
    y += limited(force * dy) * rate
  }
  places[2 * head] = x
  places[2 * head + 1] = y
}

/** The same in space. */
function inSpace(field: Field, head: number, tail: number, rate: number): void {
  const { places, count, pull, push } = field
  const at = 3 * head
  const move = (to: number, table: Float32Array, back: boolean) => {
    const dx = places[at]! - places[to]!
    const dy = places[at + 1]! - places[to + 1]!
    const dz = places[at + 2]! - places[to + 2]!
    asFloat[0] = dx * dx + dy * dy + dz * dz
    const force = table[asBits[0]! >>> shift]!
    const [mx, my, mz] = [limited(force * dx) * rate, limited(force * dy) * rate, limited(force * dz) * rate]
    places[at]! += mx
    places[at + 1]! += my
    places[at + 2]! += mz
    if (!back) return
    places[to]! -= mx
    places[to + 1]! -= my
    places[to + 2]! -= mz
  }
  move(3 * tail, pull, true)
  for (let k = 0; k < repelling; k++) {
    const other = next(field) % count
    if (other !== head) move(3 * other, push, false)
  }
}

const limited = (step: number) => (step > clip ? clip : step < -clip ? -clip : step)

/** Xorshift (Marsaglia 2003): 31 random bits. */
function next(field: Field): number {
  let state = field.random
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  field.random = state
  return state & 0x7fffffff
}

/** Factors of the difference of two points by the bits of their squared distance, for an edge and for strangers. */
function forces({ a, b }: Curve): { pull: Float32Array; push: Float32Array } {
  const size = 1 << (31 - shift)
  const pull = new Float32Array(size)
  const push = new Float32Array(size)
  const bits = new Uint32Array(1)
  const float = new Float32Array(bits.buffer)
  for (let i = 0; i < size; i++) {
    // The middle of the stretch that the entry stands for.
    bits[0] = (i << shift) | (1 << (shift - 1))
    const squared = float[0]!
    if (!Number.isFinite(squared)) continue
    const power = squared ** b
    pull[i] = i === 0 ? 0 : (-2 * a * b * (power / squared)) / (1 + a * power)
    push[i] = (2 * b) / ((0.001 + squared) * (1 + a * power))
    if (!Number.isFinite(pull[i]!)) pull[i] = 0
    if (!Number.isFinite(push[i]!)) push[i] = 0
  }
  return { pull, push }
}
