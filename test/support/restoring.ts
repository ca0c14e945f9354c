import { type PixelImage, PixelTiles } from '../../src/main/engine/denoising/pixelTiles'
import type { RestoreOptions, Restorer } from '../../src/main/engine/denoising/restorer'

/** Height × width × channels, values in 0..1. */
export interface FloatImage {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly data: Float32Array
}

/** The restored image, not clipped. */
export async function restoreFloats(
  restorer: Restorer,
  image: FloatImage,
  sigma: number,
  onProgress?: (done: number, total: number) => void,
  quality?: RestoreOptions['quality'],
): Promise<FloatImage> {
  const data = new Float32Array(image.data.length)
  const given: PixelImage = image
  const tiles = new PixelTiles(given, data, { planes: 'together', gains: [1] })
  await restorer.restore(tiles, { sigmas: [sigma], onProgress, quality })
  return { ...image, data }
}
