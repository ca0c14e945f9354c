import { join } from 'node:path'
import { type Preprocessing, type Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { InputShape } from '../../../shared/modelSpec'
import { type Dataset } from '../../store/datasetStore'
import { resolveDataset } from '../datasets/resolveDataset'
import { type ModelWork, openImages } from '../models/modelWork'

/** Images that were read, with what is known of each. Close them. */
export interface ImageSet {
  readonly dataset: Dataset
  readonly folder: string
  readonly input: InputShape
  readonly paths: readonly string[]
  readonly labels: readonly (string | null)[]
  /** Where each file lies. */
  readonly files: readonly string[]
  readonly skipped: readonly Skipped[]
  close(): Promise<void>
}

/** Images in the size that a model takes. */
export async function openFor(
  input: InputShape,
  paths: readonly string[],
  work: ModelWork,
): Promise<ImageSet> {
  return listed(await openImages(paths, input, work), work)
}

/** Images as a plan reads them; a dataset as it is. */
export async function openAs(
  preprocessing: Preprocessing,
  paths: readonly string[],
  work: ModelWork,
): Promise<ImageSet> {
  const { signal, onImport } = work
  const resolved = await resolveDataset([...paths], { preprocessing, signal, onProgress: onImport })
  const { folder, info } = resolved.dataset
  if (folder !== paths[0] && info.skipped.length > 0) work.onSkipped?.(info.skipped)
  return listed(resolved, work)
}

async function listed(
  { dataset, close }: { dataset: Dataset; close: () => Promise<void> },
  { signal }: ModelWork,
): Promise<ImageSet> {
  const [paths, labels, files]: [string[], (string | null)[], string[]] = [[], [], []]
  try {
    for await (const { path, source, label } of dataset.items()) {
      signal?.throwIfAborted()
      paths.push(path)
      labels.push(label)
      files.push(join(dataset.info.sources[source] ?? '', path))
    }
  } catch (error) {
    await close()
    throw error
  }
  const { width, height, channels, skipped } = dataset.info
  return {
    dataset,
    folder: dataset.folder,
    input: { width, height, channels },
    paths,
    labels,
    files,
    skipped,
    close,
  }
}

/** Rows of the images whose label is one of these; all rows without labels. @throws ExpectedError when there is none */
export function rowsOf({ labels }: ImageSet, normal: readonly string[] | null): number[] {
  const rows = labels.flatMap((label, row) => (normal === null || normal.includes(label ?? '') ? [row] : []))
  if (rows.length > 0) return rows
  const known = [...new Set(labels.filter((label) => label !== null))]
  throw new ExpectedError(
    'bad-usage',
    known.length > 0
      ? sentence('anomalies.noSuchLabel', { labels: normal?.join(' or ') ?? '', known: known.join(', ') })
      : sentence('anomalies.noLabels'),
  )
}
