import { rounded } from './rounded'

/** How much of what a model changed stays in the result. */
export interface Mix {
  /** Of all that was changed, 0..1; more counts as 1. */
  readonly strength: number
  /** Of the change of colours, 0..1. */
  readonly color: number
  /** Of what was taken out of the brightness, 0..1 comes back: fine detail, and noise. */
  readonly detail: number
}

export const wholeMix: Mix = { strength: 1, color: 1, detail: 0 }

type Pixels = Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array

/**
 * Puts some of the original back into what a model made of it. The change of a pixel is taken apart into that of its
 * brightness (the mean of red, green and blue) and that of its colour.
 *
 * @param result gets the pixels, of the kind of `restored`'s and rounded if in integers; may be `restored` itself
 * @param channels with an even number the last is alpha, which is the original's
 */
export function mixPixels(
  result: Pixels,
  original: Pixels,
  restored: Pixels,
  channels: 1 | 2 | 3 | 4,
  { strength, color, detail }: Mix,
): void {
  const share = Math.min(1, strength)
  const brightness = share * (1 - detail)
  const colors = share * color
  if (brightness === 1 && (colors === 1 || channels < 3)) return take(result, original, restored, channels)
  const most = result instanceof Float32Array ? null : result instanceof Uint16Array ? 65_535 : 255
  if (channels < 3 || brightness === colors) mixAlike(result, original, restored, brightness, most)
  else mixColors(result, original, restored, channels as 3 | 4, { brightness, colors, most })
  if (channels % 2 === 0) takeAlpha(result, original, channels)
}

/** All of what was changed, as people look at it most of the time. */
function take(result: Pixels, original: Pixels, restored: Pixels, channels: number): void {
  if (result !== restored) result.set(restored)
  if (channels % 2 === 0) takeAlpha(result, original, channels)
}

function takeAlpha(result: Pixels, original: Pixels, channels: number): void {
  for (let i = channels - 1; i < original.length; i += channels) result[i] = original[i]!
}

function mixAlike(
  result: Pixels,
  original: Pixels,
  restored: Pixels,
  share: number,
  most: number | null,
): void {
  for (let i = 0; i < original.length; i++) {
    const before = original[i]!
    result[i] = rounded(before + share * (restored[i]! - before), most)
  }
}

function mixColors(
  result: Pixels,
  original: Pixels,
  restored: Pixels,
  channels: 3 | 4,
  { brightness, colors, most }: { brightness: number; colors: number; most: number | null },
): void {
  for (let i = 0; i < original.length; i += channels) {
    const [red, green, blue] = [original[i]!, original[i + 1]!, original[i + 2]!]
    const [r, g, b] = [restored[i]! - red, restored[i + 1]! - green, restored[i + 2]! - blue]
    const common = ((brightness - colors) * (r + g + b)) / 3
    result[i] = rounded(red + common + colors * r, most)
    result[i + 1] = rounded(green + common + colors * g, most)
    result[i + 2] = rounded(blue + common + colors * b, most)
  }
}
