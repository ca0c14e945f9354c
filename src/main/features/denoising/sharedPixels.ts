import type { PixelData } from './tasks/denoisingTasks'

/** As many zeros in shared memory, which take none of it before something is written there. */
export function blank(pixels: PixelData): PixelData {
  const buffer = new SharedArrayBuffer(pixels.byteLength)
  return pixels instanceof Uint8Array ? new Uint8Array(buffer) : new Uint16Array(buffer)
}

/** A copy that the worker reads and writes too. */
export function shared(pixels: PixelData): PixelData {
  const copy = blank(pixels)
  copy.set(pixels)
  return copy
}
