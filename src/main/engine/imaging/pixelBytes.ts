/** Values clipped to 0..1, as they are looked at and as PSNR is taken of them. */
export function clipped(values: Float32Array): Float32Array {
  return values.map((value) => Math.min(1, Math.max(0, value)))
}

/** For looking at: clipped to 0..1 and rounded to bytes. */
export function asBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
}
