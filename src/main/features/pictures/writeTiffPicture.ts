import { toLinear } from './foreign/foreignPixels'
import type { PreparedImage } from './prepareImage'
import type { TiffTraits } from './tiffTraits'
import { type Floats, type FloatValues, type Sample, withChanges } from './floats'
import type { Picture } from './readPicture'
import type { ExtraChannels } from './readTiff'
import { withFile } from './tiff/fileSource'
import { readDirectories, type TiffDirectory } from './tiff/tiffDirectory'
import { writeTiffPages } from './tiff/tiffPages'
import { canTurn, type StoredValues } from './tiff/tiffValues'
import { shortsValue } from './tiff/tiffWriter'
import type { WriteOptions } from './writePicture'
import { withNote } from './xmpNote'

const xmpTag = 700

/** A TIFF of what the encoder does not write. */
export async function writeTiffPicture(
  original: PreparedImage,
  { floats, extra, format, pages, height, width, channels, described, isConverted }: Picture,
  pixels: Uint8Array | Uint16Array,
  path: string,
  { note }: WriteOptions,
): Promise<void> {
  const isTiff = format === 'tiff'
  const directories = isTiff ? await withFile(original.path, (source) => readDirectories(source, pages)) : []
  const xmp = isTiff ? directories[0]?.values.get(xmpTag)?.data : described?.xmp
  const values = floats
    ? inFile(floats, withChanges(floats, pixels as Uint16Array, channels), channels)
    : pixels
  const written = extra ? joined(values, channels, extra) : values
  const sample = floats?.sample ?? sampleOf(written)
  const { tiff } = original
  const isDecoded = isConverted === true || (tiff?.isUnpacked === true && canTurn(tiff))
  const kept = (directory: TiffDirectory): TiffDirectory => {
    if (isConverted) return withoutColors(directory)
    return isDecoded && tiff ? withDepth(directory, tiff, sample) : directory
  }
  await writeTiffPages(
    path,
    directories.map(kept),
    {
      values: written,
      sample,
      isDecoded,
      pages,
      height,
      width,
      colors: channels < 3 ? 1 : 3,
      channels: channels + (extra?.channels ?? 0),
    },
    note === null ? null : withNote(xmp?.toString(), note),
  )
}

/** Inks, extra samples, the profile, and how brightness and colours are laid out. */
const ofColors = [332, 333, 334, 336, 337, 338, 34_675, 529, 530, 531, 532]

/** A page whose colours have become those of sRGB. */
function withoutColors(directory: TiffDirectory): TiffDirectory {
  return { ...directory, values: new Map([...directory.values].filter(([tag]) => !ofColors.includes(tag))) }
}

const limitTags = { least: 280, most: 281 } as const

/** What a page says of its smallest and largest value, where it had fewer bits than it is written with. */
function withDepth(directory: TiffDirectory, { bits, most }: TiffTraits, written: Sample): TiffDirectory {
  if (bits === written.bits) return directory
  const values = new Map(directory.values)
  for (const tag of Object.values(limitTags)) if (bits < 8) values.delete(tag)
  if (bits > 8 && most === undefined) values.set(limitTags.most, shortsValue(2 ** bits - 1))
  return { ...directory, values }
}

const sampleOf = (values: StoredValues): Sample => ({
  bits: 8 * values.BYTES_PER_ELEMENT,
  kind: values instanceof Float32Array || values instanceof Float64Array ? 'float' : 'unsigned',
})

const inFile = ({ isCurved }: Floats, values: FloatValues, channels: number): FloatValues =>
  isCurved ? values.map((value, i) => (channels === 4 && i % 4 === 3 ? value : toLinear(value))) : values

/** The channels of a picture, and those that its file has beside them. */
function joined<T extends StoredValues>(pixels: T, channels: number, extra: ExtraChannels): T {
  const count = pixels.length / channels
  const all = channels + extra.channels
  const values = new (pixels.constructor as new (length: number) => T)(count * all)
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c++) values[i * all + c] = pixels[i * channels + c]!
    for (let c = 0; c < extra.channels; c++)
      values[i * all + channels + c] = extra.pixels[i * extra.channels + c]!
  }
  return values
}
