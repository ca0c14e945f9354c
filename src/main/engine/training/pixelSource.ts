import type { InputShape } from '../../../shared/modelSpec'

/** Images as bytes, row-major, wherever they lie. */
export interface PixelSource {
  /** Of one image, where it is known. Pairs have the shape of one of their two pictures. */
  readonly shape?: InputShape
  /** Whether each row holds a pair: at each pixel the clean values, and behind them the damaged ones. */
  readonly isPaired?: boolean
  readonly count: number
  /** height × width × channels, and twice as many of pairs */
  readonly rowBytes: number
  /** Fills the front of `into` with the images from `start` to `start + count`. */
  readRows(start: number, count: number, into: Uint8Array): Promise<void>
}

/** Fills `into` with the images of ascending `indices`, one read for each stretch of neighbours. */
export async function readImages(source: PixelSource, indices: Uint32Array, into: Uint8Array): Promise<void> {
  const { rowBytes } = source
  for (let from = 0; from < indices.length;) {
    let to = from + 1
    while (to < indices.length && indices[to] === indices[to - 1]! + 1) to++
    await source.readRows(indices[from]!, to - from, into.subarray(from * rowBytes, to * rowBytes))
    from = to
  }
}

/** 0..255 as 0..1. A loop, because `Float32Array.from` with a function takes 25 times as long. */
export function asFloats(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length)
  for (let i = 0; i < values.length; i++) values[i] = pixels[i]! / 255
  return values
}
