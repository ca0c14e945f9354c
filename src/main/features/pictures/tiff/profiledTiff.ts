import type { TiffValue } from './tiffDirectory'
import { blackIsZero, longsValue, rgb, shortsValue, stripTags, TiffWriter } from './tiffWriter'

/** The last is that of an ICC profile (ICC.1, annex B.4). */
const tags = { ...stripTags, profile: 34_675 }
const none = 1
const undefinedBytes = 7

export interface Samples {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** height × width × channels */
  readonly data: Uint8Array
}

/** An uncompressed TIFF of 8 bits a channel, of which a colour profile says what the colours are. */
export async function profiledTiff(
  { width, height, channels, data }: Samples,
  profile: Buffer,
): Promise<Buffer> {
  // Directory and values take less than this.
  const file = Buffer.alloc(data.length + profile.length + 1024)
  const writer = new TiffWriter({
    write: async (bytes, from, length, at) => ({ bytesWritten: bytes.copy(file, at, from, from + length) }),
  })
  await writer.begin()
  const offset = await writer.append(Buffer.from(data))
  const values = new Map<number, TiffValue>([
    [tags.width, longsValue([width])],
    [tags.height, longsValue([height])],
    [tags.bits, shortsValue(...new Array<number>(channels).fill(8))],
    [tags.compression, shortsValue(none)],
    [tags.photometric, shortsValue(channels === 1 ? blackIsZero : rgb)],
    [tags.stripOffsets, longsValue([offset])],
    [tags.samples, shortsValue(channels)],
    [tags.rowsPerStrip, longsValue([height])],
    [tags.stripBytes, longsValue([data.length])],
    [tags.profile, { type: undefinedBytes, count: profile.length, data: profile }],
  ])
  await writer.begin(await writer.directories([{ values, inner: new Map() }]))
  return file
}
