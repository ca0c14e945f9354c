/** What a frame may hold, beside the limits of its reader on single texts and lists. */
export interface FrameLimits {
  /** Lists and maps within each other. */
  readonly deepest: number
  /** Values of all kinds, keys included. */
  readonly most: number
}

/**
 * Goes through a MessagePack frame without making anything of it: a frame of 16 MB can be 16 million empty lists, which take
 * gigabytes once they are made. @throws Error for one that holds more than it may, or is cut off
 */
export function checkFrame(bytes: Uint8Array, { deepest, most }: FrameLimits): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** How many values are still to come in each list that is open, the innermost last. */
  const open: number[] = [1]
  let values = 0
  for (let at = 0; open.length > 0;) {
    if (++values > most) throw new Error(`It holds more than ${most} values.`)
    const { bytes: length, within } = nextValue(view, at)
    at += length
    if (at > bytes.byteLength) throw new Error('It is cut off.')
    open[open.length - 1]!--
    if (within > 0) open.push(within)
    if (open.length > deepest + 1) throw new Error(`It is nested deeper than ${deepest}.`)
    while (open.at(-1) === 0) open.pop()
  }
}

interface NextValue {
  /** Of its head, and of what it holds itself. */
  readonly bytes: number
  /** Values that follow within it. */
  readonly within: number
}

/** See the MessagePack specification, "Formats". @throws Error for what is none */
function nextValue(view: DataView, at: number): NextValue {
  if (at >= view.byteLength) throw new Error('It is cut off.')
  const head = view.getUint8(at)
  if (head <= 0x7f || head >= 0xe0) return { bytes: 1, within: 0 }
  if (head <= 0x8f) return { bytes: 1, within: 2 * (head & 0x0f) }
  if (head <= 0x9f) return { bytes: 1, within: head & 0x0f }
  if (head <= 0xbf) return { bytes: 1 + (head & 0x1f), within: 0 }
  const known = formats[head]
  if (!known) throw new Error('It holds a byte that stands for nothing.')
  const { countBytes, fixed, kind } = known
  const count = countBytes === 0 ? 0 : countAt(view, at + 1, countBytes)
  if (kind === 'map') return { bytes: 1 + countBytes, within: 2 * count }
  if (kind === 'list') return { bytes: 1 + countBytes, within: count }
  return { bytes: 1 + countBytes + fixed + count, within: 0 }
}

function countAt(view: DataView, at: number, bytes: number): number {
  if (at + bytes > view.byteLength) throw new Error('It is cut off.')
  return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at) : view.getUint32(at)
}

interface Format {
  /** Of the number that says how much follows. */
  readonly countBytes: number
  /** Bytes beside those that the number counts. */
  readonly fixed: number
  readonly kind: 'bytes' | 'list' | 'map'
}

const bytesOf = (countBytes: number, fixed = 0): Format => ({ countBytes, fixed, kind: 'bytes' })
const formats: Readonly<Record<number, Format>> = {
  // nil, false, true
  0xc0: bytesOf(0),
  0xc2: bytesOf(0),
  0xc3: bytesOf(0),
  // bin, ext
  0xc4: bytesOf(1),
  0xc5: bytesOf(2),
  0xc6: bytesOf(4),
  0xc7: bytesOf(1, 1),
  0xc8: bytesOf(2, 1),
  0xc9: bytesOf(4, 1),
  // float, uint, int
  0xca: bytesOf(0, 4),
  0xcb: bytesOf(0, 8),
  0xcc: bytesOf(0, 1),
  0xcd: bytesOf(0, 2),
  0xce: bytesOf(0, 4),
  0xcf: bytesOf(0, 8),
  0xd0: bytesOf(0, 1),
  0xd1: bytesOf(0, 2),
  0xd2: bytesOf(0, 4),
  0xd3: bytesOf(0, 8),
  // fixext
  0xd4: bytesOf(0, 2),
  0xd5: bytesOf(0, 3),
  0xd6: bytesOf(0, 5),
  0xd7: bytesOf(0, 9),
  0xd8: bytesOf(0, 17),
  // str
  0xd9: bytesOf(1),
  0xda: bytesOf(2),
  0xdb: bytesOf(4),
  0xdc: { countBytes: 2, fixed: 0, kind: 'list' },
  0xdd: { countBytes: 4, fixed: 0, kind: 'list' },
  0xde: { countBytes: 2, fixed: 0, kind: 'map' },
  0xdf: { countBytes: 4, fixed: 0, kind: 'map' },
}
