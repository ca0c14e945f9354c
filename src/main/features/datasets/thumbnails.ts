import type { PixelBlock } from '../../../shared/api/library'
import type { Dataset } from '../../store/datasetStore'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { sharp } from '../../base/sharp'
import type { OpenDatasets } from './openDatasets'

/** Images of a dataset, reduced by averaging so that no side is longer than `size`; never enlarged. */
export async function readThumbnails(
  dataset: Dataset,
  rows: readonly number[],
  size: number,
): Promise<PixelBlock> {
  const { width, height, channels, count } = dataset.info
  if (rows.some((row) => row >= count))
    throw new ExpectedError('not-found', sentence('datasets.imageNotDatasetAny'))
  const factor = Math.max(1, Math.max(width, height) / size)
  const shape = {
    width: Math.max(1, Math.round(width / factor)),
    height: Math.max(1, Math.round(height / factor)),
  }
  const bytes = shape.width * shape.height * channels
  const data = new Uint8Array(rows.length * bytes)
  const reduce = reducer({ width, height }, shape, channels)
  const image = new Uint8Array(dataset.rowBytes)
  for (const [i, { first, length }] of runsOf(rows)) {
    const block = length === 1 ? image : new Uint8Array(length * dataset.rowBytes)
    await dataset.readRows(first, length, block)
    for (let k = 0; k < length; k++) {
      const original = block.subarray(k * dataset.rowBytes, (k + 1) * dataset.rowBytes)
      reduce(original, data.subarray((i + k) * bytes, (i + k + 1) * bytes))
    }
  }
  return { count: rows.length, ...shape, channels, data }
}

/** Rows that follow each other are read in one go. Gives the place of the first in `rows` with each run. */
function* runsOf(rows: readonly number[]): Generator<[number, { first: number; length: number }], void> {
  for (let i = 0; i < rows.length;) {
    let length = 1
    while (length < 256 && rows[i + length] === rows[i]! + length) length++
    yield [i, { first: rows[i]!, length }]
    i += length
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Each new pixel is the mean of the old ones that it covers, also partly. */
function reducer(from: Size, to: Size, channels: number): (image: Uint8Array, into: Uint8Array) => void {
  if (from.width === to.width && from.height === to.height) return (image, into) => into.set(image)
  const spans = (length: number, parts: number) =>
    Array.from({ length: parts }, (_, i) => [
      Math.floor((i * length) / parts),
      Math.ceil(((i + 1) * length) / parts),
    ])
  const across = spans(from.width, to.width)
  const down = spans(from.height, to.height)
  return (image, into) => {
    let at = 0
    for (const [top, bottom] of down)
      for (const [left, right] of across)
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0
          for (let y = top!; y < bottom!; y++)
            for (let x = left!; x < right!; x++) sum += image[(y * from.width + x) * channels + channel]!
          into[at++] = Math.round(sum / ((bottom! - top!) * (right! - left!)))
        }
  }
}

/** One image of a dataset as the network sees it, as a PNG. @throws ExpectedError when there is no such row */
export async function pictureOf(opened: OpenDatasets, folder: string, row: number): Promise<Buffer> {
  return opened.with(folder, async (dataset) => {
    const { width, height, channels, count } = dataset.info
    if (!Number.isInteger(row) || row < 0 || row >= count)
      throw new ExpectedError('not-found', sentence('datasets.noSuchImageDataset'))
    const pixels = new Uint8Array(dataset.rowBytes)
    await dataset.readRows(row, 1, pixels)
    return sharp(pixels, { raw: { width, height, channels } }).png().toBuffer()
  })
}
