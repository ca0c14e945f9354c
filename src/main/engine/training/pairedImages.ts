import type { InputShape } from '../../../shared/modelSpec'
import type { ImageSource } from './patchBatches'
import type { PixelSource } from './pixelSource'

/** Pairs whose rows are read from two sources of equal shape, the same row of both. */
export function pairImages(targets: ImageSource, inputs: ImageSource): ImageSource {
  const { shape, count, rowBytes } = targets
  if (inputs.count !== count || inputs.rowBytes !== rowBytes)
    throw new Error('The damaged pictures of pairs differ from the clean ones in number or size.')
  return {
    count,
    shape,
    rowBytes: 2 * rowBytes,
    isPaired: true,
    readRows: async (start, rows, into) => {
      const clean = new Uint8Array(rows * rowBytes)
      const damaged = new Uint8Array(rows * rowBytes)
      await targets.readRows(start, rows, clean)
      await inputs.readRows(start, rows, damaged)
      joinPairs(clean, damaged, shape.channels, into)
    },
  }
}

/** The clean images alone of a source that may hold pairs. */
export function targetsOf(source: PixelSource): PixelSource {
  if (!source.isPaired) return source
  const { shape, count } = source
  const rowBytes = source.rowBytes / 2
  return {
    count,
    shape,
    rowBytes,
    readRows: async (start, rows, into) => {
      const pairs = new Uint8Array(rows * source.rowBytes)
      await source.readRows(start, rows, pairs)
      splitPairs(pairs, shape!.channels, into.subarray(0, rows * rowBytes), null)
    },
  }
}

/** What is cut, moved and mirrored of a source: its images, or pairs as images of twice as many channels. */
export function rowShape({ height, width, channels }: InputShape, isPaired = false) {
  return { height, width, channels: isPaired ? 2 * channels : channels }
}

/** @param pairs gets, at each pixel, the clean values and behind them the damaged ones */
export function joinPairs(clean: Uint8Array, damaged: Uint8Array, channels: number, pairs: Uint8Array): void {
  for (let pixel = 0, at = 0; pixel < clean.length; pixel += channels) {
    for (let c = 0; c < channels; c++) pairs[at++] = clean[pixel + c]!
    for (let c = 0; c < channels; c++) pairs[at++] = damaged[pixel + c]!
  }
}

/** @param damaged gets the damaged values in 0..1, where they are wanted */
export function splitPairs(
  pairs: Uint8Array,
  channels: number,
  clean: Uint8Array,
  damaged: Float32Array | null,
): void {
  for (let pixel = 0, at = 0; pixel < clean.length; pixel += channels) {
    for (let c = 0; c < channels; c++) clean[pixel + c] = pairs[at++]!
    if (damaged) for (let c = 0; c < channels; c++) damaged[pixel + c] = pairs[at + c]! / 255
    at += channels
  }
}
