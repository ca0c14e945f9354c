import { fromArrayBuffer, fromFile, type GeoTIFFImage } from 'geotiff'
import { boundDeflate } from './boundedDeflate'

/** Pages of one size, row-major, pages × height × width × channels. */
export interface OddValues {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
  readonly channels: number
}

/** Reads values that are signed, or floats of 16 or 64 bits, or whole numbers of 64, from a TIFF. @param pages all of one size */
export async function readOddTiff(input: Buffer | string, pages: number): Promise<OddValues> {
  boundDeflate()
  const tiff =
    typeof input === 'string' ? await fromFile(input) : await fromArrayBuffer(Uint8Array.from(input).buffer)
  try {
    const first = await tiff.getImage(0)
    const [width, height, channels] = [first.getWidth(), first.getHeight(), first.getSamplesPerPixel()]
    const size = width * height * channels
    const values = new Float32Array(pages * size)
    for (let page = 0; page < pages; page++) {
      const image: GeoTIFFImage = page === 0 ? first : await tiff.getImage(page)
      const raster = await image.readRasters({ interleave: true })
      values.set(raster as ArrayLike<number>, page * size)
    }
    return { values, width, height, channels }
  } finally {
    await tiff.close()
  }
}
