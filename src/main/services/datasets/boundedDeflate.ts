import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { addDecoder, BaseDecoder } from 'geotiff'

/** Of each row there may be a byte beside the values, and of the whole a few. */
const slack = 4096

interface Parameters {
  readonly tileWidth: number
  readonly tileHeight: number
  readonly planarConfiguration: number
  readonly bitsPerSample: number | ArrayLike<number>
  readonly predictor: number
}

/** Unpacks a part of a TIFF as far as it may reach by the size that the file gives for it: the library has no limit. */
class BoundedDeflate extends BaseDecoder {
  override async decodeBlock(packed: ArrayBufferLike): Promise<ArrayBufferLike> {
    const { tileWidth, tileHeight, bitsPerSample } = this.parameters as Parameters
    const bits = typeof bitsPerSample === 'number' ? [bitsPerSample] : Array.from(bitsPerSample)
    const bytes = (bits.reduce((sum, one) => sum + one, 0) / 8) * tileWidth * tileHeight
    const plain = await promisify(inflate)(new Uint8Array(packed), {
      maxOutputLength: Math.ceil(bytes) + slack,
    })
    return plain.buffer.slice(plain.byteOffset, plain.byteOffset + plain.byteLength)
  }
}

let isBound = false

/** Once, before the first TIFF is read by the library. */
export function boundDeflate(): void {
  if (isBound) return
  isBound = true
  addDecoder(
    [8, 32946],
    async () => BoundedDeflate,
    async (directory) => {
      const value = async (tag: Tag) => (await directory.loadValue(tag)) as number
      const isTiled = !directory.hasTag('StripOffsets')
      const [width, height] = [await value('ImageWidth'), await value('ImageLength')]
      const rows = isTiled ? await value('TileLength') : (await value('RowsPerStrip')) || height
      return {
        tileWidth: isTiled ? await value('TileWidth') : width,
        // One strip of all rows may say that it has four billion.
        tileHeight: isTiled ? rows : Math.min(rows, height),
        planarConfiguration: await value('PlanarConfiguration'),
        bitsPerSample: await value('BitsPerSample'),
        predictor: (await value('Predictor')) || 1,
      }
    },
  )
}

type Tag =
  | 'ImageWidth'
  | 'ImageLength'
  | 'TileLength'
  | 'TileWidth'
  | 'RowsPerStrip'
  | 'PlanarConfiguration'
  | 'BitsPerSample'
  | 'Predictor'
