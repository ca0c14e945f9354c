import parseExr from 'parse-exr'
import type { ForeignDecoder, ForeignPixels } from './messages'

const asFloats = 1015
const singleChannel = 1028
/** Bits of the version field (OpenEXR File Layout). */
const multipart = 0x1000
const deep = 0x800

/** Of OpenEXR's header, what is asked of it. */
interface Header {
  readonly width: number
  readonly height: number
  readonly channels: readonly string[]
}

/** Attributes are a name, a type, a length and a value each; an empty name ends them. @throws RangeError at the end of the file */
function readHeader(file: Buffer): Header {
  if (file.readUInt32LE(0) !== 20_000_630) throw new Error('it is no OpenEXR file')
  if (file.readUInt32LE(4) & (multipart | deep))
    throw new Error('OpenEXR of several parts, or with depth, is not supported')
  let at = 8
  const text = () => {
    const end = file.indexOf(0, at)
    if (end < 0) throw new RangeError('unexpected end of file')
    const read = file.toString('latin1', at, end)
    at = end + 1
    return read
  }
  let [width, height] = [0, 0]
  const channels: string[] = []
  for (let name = text(); name !== ''; name = text()) {
    text()
    const length = file.readUInt32LE(at)
    const value = (at += 4)
    if (name === 'dataWindow') {
      width = file.readInt32LE(value + 8) - file.readInt32LE(value) + 1
      height = file.readInt32LE(value + 12) - file.readInt32LE(value + 4) + 1
    }
    // A name, and 16 bytes on how it lies in the file; the last is an empty name.
    if (name === 'channels') for (let one = text(); one !== ''; at += 16, one = text()) channels.push(one)
    at = value + length
  }
  return { width, height, channels }
}

function decode(file: Buffer): ForeignPixels {
  const { channels } = readHeader(file)
  const { width, height, data, format } = parseExr(Uint8Array.from(file).buffer, asFloats)
  const decoded = data as Float32Array
  const kept = format === singleChannel ? 1 : channels.includes('A') ? 4 : 3
  const given = format === singleChannel ? 1 : 4
  const pixels = new Float32Array(width * height * kept)
  // Its first row is the last one of the picture.
  for (let y = 0, to = 0; y < height; y++) {
    const row = (height - 1 - y) * width * given
    for (let x = 0; x < width; x++)
      for (let c = 0; c < kept; c++, to++) pixels[to] = decoded[row + x * given + c]!
  }
  const others = channels.filter((name) => !['R', 'G', 'B', 'A', 'Y'].includes(name))
  const remark =
    others.length === 0
      ? null
      : `Its other channels, ${others.slice(0, 8).join(', ')}${others.length > 8 ? ' …' : ''}, are left out.`
  return { width, height, channels: kept, pixels, remark }
}

/** OpenEXR of one part. */
export const exrDecoder: ForeignDecoder = {
  size: async (file) => {
    const { width, height } = readHeader(file)
    return { width, height }
  },
  pixels: async (file) => decode(file),
  preview: async (file) => decode(file),
}
