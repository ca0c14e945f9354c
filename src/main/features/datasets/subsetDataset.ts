import type { DatasetInfo } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { DatasetWriter } from '../../store/datasetWriter'
import { compareNames } from '../../base/naturalOrder'
import type { OpenDatasets } from './openDatasets'

const batch = 256

/** Rows of a dataset. */
export interface DatasetPart {
  readonly folder: string
  readonly rows: readonly number[]
}

/**
 * A dataset of some images of others, whose images have one size. It names the same sources; importing those again
 * brings all of their images.
 * @throws ExpectedError when there are none, or `out` cannot be written; CancelledError
 */
export async function subsetDataset(
  parts: readonly DatasetPart[],
  out: string,
  name: string,
  opened: OpenDatasets,
  signal?: AbortSignal,
): Promise<number> {
  const [first] = parts
  if (!first) throw new ExpectedError('bad-input', sentence('datasets.selectSomeImagesFirst'))
  const shape = await opened.with(first.folder, async ({ info }) => info)
  const writer = await DatasetWriter.open(out, shape.height * shape.width * shape.channels)
  const sources: string[] = []
  const labels = new Set<string>()
  try {
    for (const { folder, rows } of parts) {
      await opened.with(folder, async (dataset, index) => {
        for (let from = 0; from < rows.length; from += batch) {
          if (signal?.aborted) throw new CancelledError('Stopped.')
          const some = rows.slice(from, from + batch)
          const items = await (await index()).itemsAt(some)
          const row = new Uint8Array(dataset.rowBytes)
          for (const { row: at, ...item } of items) {
            await dataset.readRows(at, 1, row)
            const source = indexOf(sources, dataset.info.sources[item.source] ?? folder)
            await writer.add({ ...item, source }, row)
            if (item.label !== null) labels.add(item.label)
          }
        }
      })
    }
    await writer.commit(describe(shape, name, writer.count, sources, labels))
    return writer.count
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function indexOf(sources: string[], source: string): number {
  const known = sources.indexOf(source)
  return known >= 0 ? known : sources.push(source) - 1
}

function describe(
  info: DatasetInfo,
  name: string,
  count: number,
  sources: string[],
  labels: ReadonlySet<string>,
): DatasetInfo {
  return {
    ...info,
    name,
    count,
    sources,
    skipped: [],
    createdAt: new Date().toISOString(),
    labels: [...labels].sort(compareNames),
  }
}
