import { sharp } from '../../base/sharp'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { OpenDatasets } from './openDatasets'

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
