import type { Region } from '../../../shared/region'
import type { PixelData } from './tasks/denoisingTasks'

/** How much noise is taken away: a sigma that is set by hand, or how many times what is estimated. */
export interface Amount {
  readonly isByHand: boolean
  /** Standard deviation on the 0-255 scale, or a factor from 1 on. */
  readonly value: number
}

/** What is seen, and through which model. */
export interface Sight {
  /** All but the amount that a result depends on. */
  readonly model: string
  /** Of the picture's levels. */
  readonly level: number
  /** As it is stored. */
  readonly visible: Region
}

const mostKept = 5

/** From one amount to others that are worth knowing, since a hand moves the control so far before they can be renewed. */
const reach = 2
/** Those are near enough that are so much more or less. */
const nearest = 1.3
const farthest = 2.2

/** Sigmas that a hand can set, and beyond which strength can take it. */
const sigmas = { least: 2, most: 150 }
const factors = { least: 1, most: 2 }

/**
 * What is seen of a picture with a few amounts of noise taken away. While the control moves, what lies between two of them
 * is shown as their mix until the model has come so far, for which a processor needs a second or more.
 */
export class KnownAmounts {
  private sight = ''
  private readonly known = new Map<number, PixelData>()
  /** For mixes: they follow each other as fast as a hand moves, and memory that is not given back has to be collected. */
  private scratch: PixelData = new Uint8Array()

  /** Forgets what was seen elsewhere, or made by another model. */
  begin({ isByHand }: Amount, sight: Sight): void {
    const key = JSON.stringify([isByHand, sight])
    if (key === this.sight) return
    this.sight = key
    this.known.clear()
  }

  get bytes(): number {
    return [...this.known.values(), this.scratch].reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  has({ value }: Amount): boolean {
    return this.known.has(value)
  }

  /** @param data of all that is seen */
  keep({ value }: Amount, data: PixelData): void {
    this.known.set(value, data)
    const byDistance = [...this.known.keys()].toSorted((a, b) => apart(b, value) - apart(a, value))
    for (const far of byDistance.slice(0, Math.max(0, this.known.size - mostKept))) this.known.delete(far)
  }

  /**
   * What an amount would look like, between the two known ones about it: of sigmas in the ratio of their logarithms, which
   * is nearer to what the built-in models give than that of the sigmas. A little above all that is known it is taken to be
   * the most of that. Null where nothing is known that is near.
   *
   * @param original what is seen with nothing taken away
   * @returns of which another call may make something else
   */
  mix({ isByHand, value }: Amount, original: () => PixelData): PixelData | null {
    const same = this.known.get(value)
    if (same) return same
    const values = [...this.known.keys()]
    const above = Math.min(...values.filter((known) => known > value))
    const below = Math.max(...values.filter((known) => known < value))
    if (above === Infinity) return value <= below * nearest ? this.known.get(below)! : null
    if (below > 0)
      return this.mixed(
        this.known.get(below)!,
        this.known.get(above)!,
        apart(value, below) / apart(above, below),
      )
    return isByHand ? this.mixed(original(), this.known.get(above)!, value / above) : null
  }

  /** @param share of b, 0..1 */
  private mixed(a: PixelData, b: PixelData, share: number): PixelData {
    if (this.scratch.length !== a.length || this.scratch.constructor !== a.constructor)
      this.scratch = new (a.constructor as typeof Uint8Array)(a.length)
    const mix = this.scratch
    // In whole numbers, which is three times as fast.
    const [of, half] = [Math.round(share * 256), 128]
    for (let i = 0; i < mix.length; i++) mix[i] = a[i]! + ((of * (b[i]! - a[i]!) + half) >> 8)
    return mix
  }

  /** An amount that is worth knowing besides one that is known. Null where those about it are. */
  missing({ isByHand, value }: Amount): number | null {
    const { least, most } = isByHand ? sigmas : factors
    // As long as nobody has touched the strength, nobody is about to.
    if (!isByHand && value === 1) return null
    const isKnown = (from: number, to: number) =>
      [...this.known.keys()].some((known) => known >= from && known <= to)
    const more = Math.min(most, value * reach)
    if (more > value && !isKnown(Math.min(more, value * nearest), value * farthest)) return more
    const less = Math.max(least, value / reach)
    if (less < value && !isKnown(value / farthest, Math.max(less, value / nearest))) return less
    return null
  }
}

const apart = (a: number, b: number) => Math.abs(Math.log(a / b))
