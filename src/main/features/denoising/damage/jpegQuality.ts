import { readFile } from 'node:fs/promises'
import { usualJpegQuality } from '../../../../shared/damage'
import type { Region } from '../../../../shared/region'
import type { ComputeClient } from '../../../worker/computeClient'
import type { PreparedImage } from '../../pictures/prepareImage'
import type { Picture } from '../../pictures/readPicture'
import { brightnessOf } from './picturePlanes'
import { cropped } from './pictureParts'

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
  const part = table ? null : cropped(picture, middleOf({ height, width }))
  const data = part && brightnessOf(part).map((value) => 255 * value)
  const { quality } = await client.call('jpegQuality', { table, data, ...sizeOf(part ?? picture) })
  return quality
}

/** The quality that somebody knows; else the one that is seen, or a usual one. */
export const knownOrSeenQuality = async (
  known: number | null,
  ...seen: Parameters<typeof jpegQuality>
): Promise<number> => known ?? (await jpegQuality(...seen)) ?? usualJpegQuality

/** Better ones look like their originals. */
const mendableBelow = 70
/** Height and width of the part in which the grid is looked for. */
const looksAt = 1024

/** The quality of a JPEG whose blocks one sees; null where there is none, or it is good. */
export async function mendableJpeg(
  client: ComputeClient,
  image: PreparedImage,
  picture: Picture,
): Promise<number | null> {
  if (picture.pages > 1) return null
  const quality = await jpegQuality(client, image, picture)
  return quality !== null && quality < mendableBelow ? quality : null
}

const sizeOf = ({ height, width }: Picture) => ({ height, width })

/** Of a large picture, as much as tells its grid, from one of the grid's lines on if that begins with the picture. */
function middleOf({ height, width }: { height: number; width: number }): Region {
  const along = (length: number) => {
    const side = Math.min(length, looksAt)
    return [8 * Math.floor((length - side) / 16), side] as const
  }
  const [left, across] = along(width)
  const [top, down] = along(height)
  return { left, top, width: across, height: down }
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
