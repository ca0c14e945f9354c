import { basename, dirname, extname } from 'node:path'
import { codeSize } from '../../../shared/modelSpec'
import { codeFormatOf, writeCodesNpy } from '../../store/codeFiles'
import { type CodeBatch, writeCodesCsv, writeItemsCsv } from '../../store/csv'
import type { Dataset } from '../../store/datasetStore'
import { OutputFolder } from '../../store/outputFolder'
import type { CodesBatch } from './tasks/modelTasks'
import { openNamedModel } from './builtinModels'
import { batchStream } from './batchStream'
import { type ModelRequest, type ModelWork, openImages } from './modelWork'

export interface EncodeRequest extends ModelRequest {
  /** A dataset, or folders and files of images. */
  readonly images: readonly string[]
  /** FILE.csv: path, label and code of each image. FILE.npy: the codes, with path and label in FILE.items.csv. */
  readonly out: string
  readonly overwrite: boolean
}

export interface EncodeSummary {
  readonly count: number
  readonly dimensions: number
  /** Names of the files written, beside each other. */
  readonly files: readonly string[]
}

/**
 * Writes the latent code of every image, in the order of the dataset. However many there are, only a few batches are in
 * memory. @throws ExpectedError, CancelledError; nothing is written then
 */
export async function encodeImages(request: EncodeRequest, work: ModelWork): Promise<EncodeSummary> {
  const { images, out, overwrite, runtime, device } = request
  const format = codeFormatOf(out)
  const { files } = await openNamedModel(request.model)
  const name = basename(out)
  const itemsName = `${name.slice(0, -extname(name).length)}.items.csv`
  const names = format === 'csv' ? [name] : [name, itemsName]
  const output = await OutputFolder.open(dirname(out), names, { overwrite })
  try {
    const { dataset, close } = await openImages(images, files.spec.input, work)
    try {
      const { count } = dataset.info
      const dimensions = codeSize(files.spec)
      const params = { model: files, dataset: dataset.folder, runtime, device }
      const batches = counted(batchStream(work.client, 'encode', params, work.signal), count, work)
      if (format === 'csv') {
        await writeCodesCsv(output.path(name), dimensions, withItems(batches, dataset))
      } else {
        await writeItemsCsv(output.path(itemsName), dataset.items())
        await writeCodesNpy(output.path(name), [count, dimensions], batches)
      }
      await output.commit()
      return { count, dimensions, files: names }
    } finally {
      await close()
    }
  } catch (error) {
    await output.abort()
    throw error
  }
}

async function* counted(
  batches: AsyncIterable<CodesBatch>,
  total: number,
  { onProgress }: ModelWork,
): AsyncGenerator<CodesBatch> {
  onProgress?.(0, total)
  for await (const batch of batches) {
    yield batch
    onProgress?.(batch.first + batch.count, total)
  }
}

async function* withItems(batches: AsyncIterable<CodesBatch>, dataset: Dataset): AsyncGenerator<CodeBatch> {
  const rows = dataset.items()
  try {
    for await (const { count, codes } of batches) {
      const items: CodeBatch['items'] = []
      while (items.length < count) items.push((await rows.next()).value!)
      yield { items, codes }
    }
  } finally {
    await rows.return()
  }
}
