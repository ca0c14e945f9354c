import type { Mix } from './mixPixels'
import { rounded } from './rounded'

type Pixels = Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array

/** What is different from place to place. */
export interface LocalStrength {
  /** Factors of the strength in a row, one for each pixel. See factorRows. */
  readonly factors: (row: number) => Float32Array
  /** Of a row, in pixels. */
  readonly width: number
  /** What the model makes of the image with twice as much noise taken away; null where no factor asks for it. */
  readonly stronger: Pixels | null
}

/**
 * Mixes as mixPixels does, with a strength of its own in each pixel: the strength of the mix, at most 1, times its factor.
 * Up to 1 this is the share of what the model changed. Beyond it, up to 2, it goes on from `restored` to `stronger`.
 *
 * @param result see mixPixels; may be `restored` itself
 */
export function mixWithMask(
  result: Pixels,
  original: Pixels,
  restored: Pixels,
  channels: 1 | 2 | 3 | 4,
  mix: Mix,
  { factors, width, stronger }: LocalStrength,
): void {
  const length = width * channels
  const most = result instanceof Float32Array ? null : result instanceof Uint16Array ? 65_535 : 255
  for (let row = 0, from = 0; from < original.length; row++, from += length) {
    const rowOf = <P extends Pixels | null>(pixels: P) => (pixels?.subarray(from, from + length) ?? null) as P
    const [to, before, after] = [rowOf(result), rowOf(original), rowOf(restored)]
    mixRow(to, before, { restored: after, stronger: rowOf(stronger) }, channels, {
      mix,
      most,
      factors: factors(row),
    })
  }
}

interface RowMix {
  readonly mix: Mix
  readonly factors: Float32Array
  readonly most: number | null
}

function mixRow(
  result: Pixels,
  original: Pixels,
  { restored, stronger }: { restored: Pixels; stronger: Pixels | null },
  channels: 1 | 2 | 3 | 4,
  { mix, factors, most }: RowMix,
): void {
  const { detail, color } = mix
  const strength = Math.min(1, mix.strength)
  const colors = channels < 3 ? 1 : 3
  const change = [0, 0, 0]
  for (let pixel = 0, at = 0; at < original.length; pixel++, at += channels) {
    const times = strength * factors[pixel]!
    const share = Math.min(1, times)
    const more = stronger && times > 1 ? Math.min(1, times - 1) : 0
    let sum = 0
    for (let c = 0; c < colors; c++) {
      const after = restored[at + c]!
      const wanted = more > 0 ? after + more * (stronger![at + c]! - after) : after
      sum += change[c] = wanted - original[at + c]!
    }
    const brightness = share * (1 - detail)
    const ofEach = colors === 1 ? brightness : share * color
    const common = ((brightness - ofEach) * sum) / colors
    for (let c = 0; c < colors; c++)
      result[at + c] = rounded(original[at + c]! + common + ofEach * change[c]!, most)
    if (channels > colors) result[at + colors] = original[at + colors]!
  }
}
