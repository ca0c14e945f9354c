import { join } from 'node:path'
import type { PairsPreview, PixelBlock } from '../../../shared/api/library'
import { type DatasetInfo, preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Fence } from '../../base/fence'
import { damagedPictures, isDatasetFolder } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import { importDataset, type ImportRequest } from './importDataset'
import { importPairs } from './importPairs'
import { findPairedImages } from './pairedFolders'
import { previewImages } from './previewImages'
import type { SampleKind } from '../../../shared/sampleKinds'
import type { JobProgress } from '../../base/jobService'
import { makeSample } from './makeSample'

/** What becomes a dataset. */
export interface ChosenImages {
  readonly sources: string[]
  /** The folder with the clean pictures of those in the only source. */
  readonly clean?: string
}

/** All folders and files that are read. */
export const placesOf = ({ sources, clean }: ChosenImages) =>
  clean === undefined ? sources : [...sources, clean]

/** Makes a dataset of images, or of pairs. @throws ExpectedError, CancelledError as `importDataset` does */
export async function importChosen({ clean, ...request }: ImportRequest & ChosenImages): Promise<void> {
  if (clean === undefined) {
    await importDataset(request)
    return
  }
  const { sources, out, name, preprocessing, fence, signal, onProgress } = request
  const [inputs] = sources
  if (inputs === undefined || sources.length > 1)
    throw new ExpectedError('bad-input', sentence('datasets.pairsNeedFolders'))
  const found = await findPairedImages(inputs, clean, signal, fence)
  await importPairs({ found, out, name, preprocessing, fence, signal, onProgress })
}

/** Where the images of a dataset came from. */
export async function chosenBefore(folder: string, info: DatasetInfo): Promise<ChosenImages> {
  const damaged = damagedPictures(folder)
  if (!(await isDatasetFolder(damaged))) return { sources: info.sources }
  return { sources: (await readDatasetInfo(damaged)).sources, clean: info.sources[0] }
}

const previewSide = 96

/** Some pairs, spread over all. @throws ExpectedError where there is none */
export async function previewPairs(
  inputs: string,
  targets: string,
  count: number,
  fence: Fence,
): Promise<PairsPreview> {
  const { pairs } = await findPairedImages(inputs, targets, undefined, fence)
  const shown = Math.min(count, pairs.length)
  const chosen = Array.from({ length: shown }, (_, i) => pairs[Math.floor((i * pairs.length) / shown)]!)
  const preprocessing = preprocessingSchema.parse({ width: previewSide, height: previewSide, color: 'rgb' })
  const one = async (path: string) => (await previewImages([path], preprocessing, 1, fence)).clean
  const [damaged, clean, names] = [[] as PixelBlock[], [] as PixelBlock[], [] as string[]]
  for (const { input, target } of chosen) {
    damaged.push(await one(join(inputs, input)))
    clean.push(await one(join(targets, target)))
    names.push(target)
  }
  return { damaged: joined(damaged), clean: joined(clean), names }
}

function joined(blocks: readonly PixelBlock[]): PixelBlock {
  return {
    ...blocks[0]!,
    count: blocks.length,
    data: new Uint8Array(Buffer.concat(blocks.map(({ data }) => data))),
  }
}

/** What an import reads, found or made when its turn comes. */
export type FindSources = (
  report: (progress: JobProgress) => void,
  signal: AbortSignal,
) => Promise<ChosenImages>

/** What draws a sample into a folder. */
export function drawing(out: string, sample: { kind: SampleKind; count: number; seed: number }): FindSources {
  return async (report, signal) => {
    const onProgress = (progress: { done: number; total: number }) =>
      report({ phase: 'drawing', ...progress })
    await makeSample({ out, ...sample, signal, onProgress })
    return { sources: [out] }
  }
}
