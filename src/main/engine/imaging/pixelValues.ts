/** Values of pixels: white is 255, 65535, or 1 in floating point. */
export type PixelValues = Uint8Array | Uint16Array | Float32Array

/** The value that is white. */
export function whiteOf({ data }: { readonly data: PixelValues }): number {
  if (data instanceof Float32Array) return 1
  return data instanceof Uint8Array ? 255 : 65_535
}

/** Room for so many values of the same kind. */
export function emptyLike(data: Uint8Array | Uint16Array, length?: number): Uint8Array | Uint16Array
export function emptyLike(data: PixelValues, length?: number): PixelValues
export function emptyLike(data: PixelValues, length = data.length): PixelValues {
  if (data instanceof Float32Array) return new Float32Array(length)
  return data instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length)
}
