/** Tags of TIFF 6.0, and that of an ICC profile (ICC.1, annex B.4). All values lie behind the directory or in its entries. */
const tags = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  stripOffset: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  profile: 34_675,
}
const short = 3
const long = 4
const undefinedBytes = 7

interface Samples {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** height × width × channels */
  readonly data: Uint8Array
}

/** An uncompressed TIFF of 8 bits a channel, of which a colour profile says what the colours are. */
export function profiledTiff({ width, height, channels, data }: Samples, profile: Uint8Array): Buffer {
  const count = Object.keys(tags).length
  const behind = 8 + 2 + 12 * count + 4
  const profileAt = behind + 2 * channels
  const dataAt = profileAt + profile.length + (profile.length % 2)
  const file = Buffer.alloc(dataAt + data.length)
  file.write('II', 'latin1')
  file.writeUInt16LE(42, 2)
  file.writeUInt32LE(8, 4)
  file.writeUInt16LE(count, 8)
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [tags.width, long, 1, width],
    [tags.height, long, 1, height],
    [tags.bitsPerSample, short, channels, channels === 1 ? 8 : behind],
    [tags.compression, short, 1, 1],
    [tags.photometric, short, 1, channels === 1 ? 1 : 2],
    [tags.stripOffset, long, 1, dataAt],
    [tags.samplesPerPixel, short, 1, channels],
    [tags.rowsPerStrip, long, 1, height],
    [tags.stripBytes, long, 1, data.length],
    [tags.profile, undefinedBytes, profile.length, profileAt],
  ]
  for (const [i, [tag, type, values, value]] of entries.entries()) {
    const at = 10 + 12 * i
    file.writeUInt16LE(tag, at)
    file.writeUInt16LE(type, at + 2)
    file.writeUInt32LE(values, at + 4)
    file.writeUInt32LE(value, at + 8)
  }
  for (let c = 0; c < channels; c++) file.writeUInt16LE(8, behind + 2 * c)
  file.set(profile, profileAt)
  file.set(data, dataAt)
  return file
}
