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
  const round = result instanceof Float32Array ? (value: number) => value : Math.round
  if (channels === 1 || channels === 2)
    return mixGrey(result, original, restored, channels, brightness, round)
  const most = result instanceof Uint16Array ? 65_535 : result instanceof Float32Array ? Infinity : 255
  const least = result instanceof Float32Array ? -Infinity : 0
  for (let i = 0; i < original.length; i += channels) {
    const red = restored[i]! - original[i]!
    const green = restored[i + 1]! - original[i + 1]!
    const blue = restored[i + 2]! - original[i + 2]!
    const common = ((brightness - colors) * (red + green + blue)) / 3
    result[i] = round(Math.min(most, Math.max(least, original[i]! + common + colors * red)))
    result[i + 1] = round(Math.min(most, Math.max(least, original[i + 1]! + common + colors * green)))
    result[i + 2] = round(Math.min(most, Math.max(least, original[i + 2]! + common + colors * blue)))
    if (channels === 4) result[i + 3] = original[i + 3]!
  }
}

/** All of what was changed, as people look at it most of the time. */
function take(result: Pixels, original: Pixels, restored: Pixels, channels: number): void {
  if (result !== restored) result.set(restored)
  if (channels % 2 === 0)
    for (let i = channels - 1; i < original.length; i += channels) result[i] = original[i]!
}

function mixGrey(
  result: Pixels,
  original: Pixels,
  restored: Pixels,
  channels: 1 | 2,
  share: number,
  round: (value: number) => number,
): void {
  for (let i = 0; i < original.length; i += channels) {
    result[i] = round(original[i]! + share * (restored[i]! - original[i]!))
    if (channels === 2) result[i + 1] = original[i + 1]!
  }
}
