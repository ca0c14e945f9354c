import { randomStream, shuffle, streams } from './random'

/** Which images are kept for validation, and which are trained on: both ascending. At least one is trained on. */
export function splitImages(
  count: number,
  share: number,
  seed: number,
): { train: Uint32Array; validation: Uint32Array } {
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    randomStream(seed, streams.split),
  )
  const kept = Math.min(count - 1, Math.round(count * share))
  return { validation: order.slice(0, kept).sort(), train: order.slice(kept).sort() }
}
