import { readFile } from 'node:fs/promises'
import type { ComputeClient } from '../../../worker/computeClient'
import type { PreparedImage } from '../../pictures/prepareImage'
import type { Picture } from '../../pictures/readPicture'
import { brightnessOf } from './picturePlanes'

/**
 * The quality that a picture was saved with as a JPEG, as libjpeg counts it: of a JPEG by its tables, of other files by the
 * grid that is seen in it. Null where there is none.
 */
export async function jpegQuality(
  client: ComputeClient,
  image: PreparedImage,
  picture: Picture,
): Promise<number | null> {
  const { height, width } = picture
  const table = image.format === 'jpeg' ? firstTable(await bytesOf(image)) : null
  const data = table ? null : brightnessOf(picture).map((value) => 255 * value)
  const { quality } = await client.call('jpegQuality', { table, data, height, width })
  return quality
}

/** Better ones look like their originals. */
const mendableBelow = 70
/** The grid is not looked for in larger pictures. */
const mostPixels = 16e6

/** The quality of a JPEG whose blocks one sees; null where there is none, or it is good. */
export async function mendableJpeg(
  client: ComputeClient,
  image: PreparedImage,
  picture: Picture,
): Promise<number | null> {
  const { width, height, pages } = picture
  if (pages > 1 || width * height > mostPixels) return null
  const quality = await jpegQuality(client, image, picture)
  return quality !== null && quality < mendableBelow ? quality : null
}

const bytesOf = async ({ input }: PreparedImage) =>
  typeof input === 'string' ? await readFile(input) : input

/** The 64 quantisers of the table with number 0, in any order. */
export function firstTable(bytes: Buffer): readonly number[] | null {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0xda) return null
    const length = bytes.readUInt16BE(at + 2)
    if (marker === 0xdb) {
      for (let table = at + 4; table < at + 2 + length;) {
        const [isWide, number] = [bytes[table]! >> 4 === 1, bytes[table]! & 15]
        const size = isWide ? 128 : 64
        if (table + 1 + size > bytes.length) return null
        if (number === 0)
          return Array.from({ length: 64 }, (_, i) =>
            isWide ? bytes.readUInt16BE(table + 1 + 2 * i) : bytes[table + 1 + i]!,
          )
        table += 1 + size
      }
    }
    at += 2 + length
  }
  return null
}
