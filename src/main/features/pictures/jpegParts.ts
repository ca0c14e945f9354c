/** Markers of JPEG (ITU-T T.81, table B.1). */
const markers = { start: 0xd8, end: 0xd9, scan: 0xda, firstFrame: 0xc0, lastFrame: 0xcf } as const
/** Within the range of frames, but tables, arithmetic conditioning and an extension. */
const noFrames = [0xc4, 0xc8, 0xcc]
/** Sequential frames: all of them begin each scan with the first coefficient and end it with the last. */
const sequential = [0xc0, 0xc1]

/** A JPEG without what decoders complain of, though all of its pixels are there. */
export interface MendedJpeg {
  /** Its first picture alone, whole: with its end, and without what lies between its segments. */
  readonly bytes: Buffer
  /** Whether the file ended without saying so; that its data end there too is for a decoder to find. */
  readonly lacksEnd: boolean
}

/**
 * Mends what cameras and programs get wrong around the pixels of a JPEG: bytes between segments, parameters of a scan that
 * say nothing in a sequential JPEG, no marker at the end. What follows the first picture is left out: further pictures (MPO),
 * gain maps, films.
 *
 * @returns null where it is not laid out like a JPEG
 */
export function mendJpeg(file: Buffer): MendedJpeg | null {
  const parts: Buffer[] = [Buffer.from([0xff, markers.start])]
  let isSequential = false
  let at = 2
  for (;;) {
    const marker = nextMarker(file, at)
    if (marker === null) return { bytes: withEnd(parts), lacksEnd: true }
    at = marker
    const kind = file[at + 1]!
    if (kind === markers.end) return { bytes: withEnd(parts), lacksEnd: false }
    if (at + 4 > file.length) return null
    const next = at + 2 + file.readUInt16BE(at + 2)
    if (next > file.length) return null
    const segment = Buffer.from(file.subarray(at, next))
    if (kind >= markers.firstFrame && kind <= markers.lastFrame && !noFrames.includes(kind))
      isSequential = sequential.includes(kind)
    at = next
    if (kind !== markers.scan) {
      parts.push(segment)
      continue
    }
    // The first and last coefficient, and the bits of successive approximation.
    if (isSequential) segment.set([0, 63, 0], segment.length - 3)
    const end = endOfScan(file, at)
    parts.push(segment, file.subarray(at, end))
    at = end
  }
}

const withEnd = (parts: readonly Buffer[]) => Buffer.concat([...parts, Buffer.from([0xff, markers.end])])

/** Where a marker begins, past fill bytes and what does not belong there; null at the end. */
function nextMarker(file: Buffer, from: number): number | null {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const kind = file[at + 1]
    if (kind === undefined) return null
    if (kind >= 0xc0 && kind !== 0xff && kind !== markers.start && !isRestart(kind)) return at
  }
  return null
}

/** Data of a scan go on over stuffed zeros and restart markers. */
function endOfScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const kind = file[at + 1]
    if (kind === undefined) return at
    if (kind !== 0 && kind !== 0xff && !isRestart(kind)) return at
  }
  return file.length
}

const isRestart = (kind: number) => kind >= 0xd0 && kind <= 0xd7

/** Whether there is more in a file than its one picture: the marker of a multi-picture file (CIPA DC-007). */
export const holdsMorePictures = (file: Buffer): boolean => file.includes('MPF\0', 0, 'latin1')
