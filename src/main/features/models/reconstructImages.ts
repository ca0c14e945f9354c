import { join } from 'node:path'
import type { NoiseSpec } from '../../../shared/noise'
import type { Dataset } from '../../store/datasetStore'
import { OutputFolder } from '../../store/outputFolder'
import { openNamedModel } from './builtinModels'
import { batchStream } from './batchStream'
import { Comparison } from './comparison'
import { ImageNames } from './imageNames'
import { type ModelRequest, type ModelWork, openImages } from './modelWork'
import { extensionOf, type ImageFormat, writeImages } from './writeImages'

export interface ReconstructRequest extends ModelRequest {
  /** Image files; folders and datasets too. */
  readonly images: readonly string[]
  /** The folder for the pictures. */
  readonly out: string
  readonly noise: NoiseSpec | null
  /** Of the noise. */
  readonly seed: number
  readonly format: ImageFormat
  readonly overwrite: boolean
}

export interface ReconstructSummary {
  readonly out: string
  /** Each image and the name of its picture in `out`. */
  readonly images: readonly { path: string; file: string }[]
  readonly comparison: string
}

const comparisonName = 'comparison.png'

/**
 * Runs images through a model: one file an image under its own base name, and comparison.png, which shows the first ones
 * before and after. @throws ExpectedError, CancelledError; nothing is written then
 */
export async function reconstructImages(
  request: ReconstructRequest,
  work: ModelWork,
): Promise<ReconstructSummary> {
  const { files } = await openNamedModel(request.model)
  const { out, overwrite, noise, seed, format, runtime, device } = request
  const { dataset, close } = await openImages(request.images, files.spec.input, work)
  try {
    const names = new ImageNames([comparisonName])
    const { originals, paths } = await listImages(dataset)
    const images = paths.map((path) => ({ path, file: names.next(path, extensionOf(format)) }))
    const outNames = [...images.map(({ file }) => file), comparisonName]
    const output = await OutputFolder.open(out, outNames, { overwrite, originals })
    try {
      const { input } = files.spec
      const comparison = new Comparison(input, noise !== null)
      const params = { model: files, dataset: dataset.folder, noise, seed, runtime, device }
      work.onProgress?.(0, images.length)
      for await (const batch of batchStream(work.client, 'reconstruct', params, work.signal)) {
        const end = batch.first + batch.count
        await writeImages(output, outNames.slice(batch.first, end), batch.output, input, format)
        comparison.add(batch)
        work.onProgress?.(end, images.length)
      }
      await output.write(comparisonName, await comparison.draw())
      await output.commit()
      return { out, images, comparison: comparisonName }
    } catch (error) {
      await output.abort()
      throw error
    }
  } finally {
    await close()
  }
}

/** Paths as the dataset has them, and where those files are. */
async function listImages(dataset: Dataset): Promise<{ paths: string[]; originals: string[] }> {
  const { sources } = dataset.info
  const [paths, originals]: [string[], string[]] = [[], []]
  for await (const { path, source } of dataset.items()) {
    paths.push(path)
    originals.push(join(sources[source] ?? '', path))
  }
  return { paths, originals }
}
