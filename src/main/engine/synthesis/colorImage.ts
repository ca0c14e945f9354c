/** An image in colour, plane by plane (red, green, blue), row-major, where 1 is white. */
export interface ColorImage {
  readonly height: number
  readonly width: number
  readonly planes: readonly [Float32Array, Float32Array, Float32Array]
}

export function emptyImage(height: number, width: number): ColorImage {
  const plane = () => new Float32Array(height * width)
  return { height, width, planes: [plane(), plane(), plane()] }
}

/** Applies a function to each plane, which gives a new one of the same size. */
export function mapPlanes(image: ColorImage, change: (plane: Float32Array) => Float32Array): ColorImage {
  const [red, green, blue] = image.planes
  return { ...image, planes: [change(red), change(green), change(blue)] }
}

/** Index of a pixel beyond the border, mirrored about the pixel at the border, so that the colours of a mosaic stay in place. */
export function reflected(index: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const place = ((index % period) + period) % period
  return place < size ? place : period - place
}
