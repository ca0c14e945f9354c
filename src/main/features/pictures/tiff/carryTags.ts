import { open } from 'node:fs/promises'
import { type ByteSource, readDirectories, type TiffDirectory, type TiffValue } from './tiffDirectory'
import { TiffWriter } from './tiffWriter'
import { withFile } from './fileSource'

const resolution = [282, 283, 296] as const
/** Tags that say what a picture is of and how it was made; the others say how it lies in its file. */
const descriptions: ReadonlySet<number> = new Set([
  ...resolution, // of which the encoder takes whole pixels per inch only
  ...[254, 285, 286, 287, 297], // kind, name, place and number of a page
  ...[50838, 50839], // ImageJ
  ...[269, 270, 271, 272, 285, 305, 306, 315, 316, 33432], // document, camera, software, date, artist, copyright
  ...[18246, 18249, 40091, 40092, 40093, 40094, 40095], // ratings, titles and keywords of Windows
  ...[33723, 34377], // IPTC and Photoshop
  ...[33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113], // GeoTIFF and GDAL
])
/** Those that the encoder writes of its own accord: how it is turned, and which of several pages it is. */
const [orientation, ...ofPages] = [274, 254, 297]
/** What channels beyond colour are: the encoder takes them all for alpha. */
const extraSamples = 338
/** Types of BigTIFF, which a classic file has not. */
const isClassic = (type: number) => type < 16

/** Whether a tag says something that is true of another file of the picture too. */
export const carryable = (tag: number, { type }: TiffValue): boolean =>
  descriptions.has(tag) && isClassic(type)

/**
 * Gives a TIFF the descriptions and the EXIF of an original, page by page: libvips, which wrote it, reads and writes none
 * of them in TIFF files. Its directories are written anew at its end.
 *
 * @param original a TIFF, or the block of EXIF of another file, which is made like one; null for a file without any
 * @param hasDensity whether the original says in another way how large it is on paper
 * @throws RangeError when the original's tags are damaged; the file is as it was then
 */
export async function carryTags(
  original: ByteSource | null,
  path: string,
  pages: number,
  hasDensity = false,
): Promise<void> {
  const from = original ? await readDirectories(original, pages) : []
  const to = await withFile(path, (source) => readDirectories(source, pages))
  const merged = to.map((page, i) => merge(from[i], page, hasDensity))
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const writer = new TiffWriter(file, size)
    const first = await writer.directories(merged)
    await writer.begin(first)
  } finally {
    await file.close()
  }
}

const nothing: TiffDirectory = { values: new Map(), inner: new Map() }

function merge(from: TiffDirectory = nothing, to: TiffDirectory, hasDensity: boolean): TiffDirectory {
  const values = new Map(to.values)
  // Its unit is inches where it says none, and its resolution is a pixel a millimetre.
  if (from.values.has(resolution[0]) || !hasDensity) for (const tag of resolution) values.delete(tag)
  if (!from.values.has(orientation)) values.delete(orientation)
  for (const tag of ofPages) values.delete(tag)
  for (const [tag, value] of from.values) if (carryable(tag, value)) values.set(tag, value)
  const extras = from.values.get(extraSamples)
  if (extras && extras.count === to.values.get(extraSamples)?.count) values.set(extraSamples, extras)
  return { values, inner: new Map(from.inner) }
}
