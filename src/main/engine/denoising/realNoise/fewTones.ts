import { whiteOf } from '../../imaging/pixelValues'
import { colorChannels, type PixelImage } from '../pixelTiles'

/** Of the values of a channel those are looked at that lie between these shares: impulses lie beyond. */
const [low, high] = [0.05, 0.95]
/** Noise fills the values between black and white. So few of them, and so small a share, no noise leaves. */
const mostTones = 128
const leastFilled = 0.3
/** Values that lie so far apart at least, in shares of white, are steps of a drawing or of a reduction of tones. */
const wideStep = 8 / 255
/** Values of a channel that are counted, spread evenly. */
const mostValues = 50_000

/**
 * Whether a picture is made of a few tones with nothing between them: pixel art, a dithered picture, a scan in black and
 * white. What varies there is drawn, however much it looks like noise to a statistic.
 */
export function hasFewTones(image: PixelImage): boolean {
  const colors = colorChannels(image)
  for (let c = 0; c < colors; c++) if (!isSparse(tonesOf(image, c), wideStep * whiteOf(image))) return false
  return true
}

/** The values of a channel between the two shares, each once, in ascending order. */
function tonesOf({ data, channels, width, height }: PixelImage, channel: number): number[] {
  const counts = new Map<number, number>()
  // An odd step meets all columns of a screen.
  const step = Math.max(1, Math.ceil((width * height) / mostValues)) | 1
  let total = 0
  for (let i = channel; i < data.length; i += channels * step, total++) {
    const value = data[i]!
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const tones: number[] = []
  let below = 0
  for (const [value, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    if (below + count > low * total && below < high * total) tones.push(value)
    below += count
  }
  return tones
}

function isSparse(tones: readonly number[], wide: number): boolean {
  if (tones.length > mostTones) return false
  const steps = tones.slice(1).map((tone, i) => tone - tones[i]!)
  const least = Math.min(...steps)
  if (least >= wide) return true
  const places = (tones.at(-1)! - tones[0]!) / least + 1
  return tones.length < leastFilled * places
}
