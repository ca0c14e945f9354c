import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DatasetDetail, DatasetSummary } from '../../../shared/api/library'
import { type DatasetInfo, revisionOf } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { damagedPictures, finishCommit, isDatasetFolder } from '../../store/datasetFiles'
import { clearKilledImport, clearNeverBegun, importState } from '../../store/importMark'
import { readDatasetInfo, rowBytes } from '../../store/datasetStore'
import type { ChosenImages } from './importChosen'
import type { LibraryEntry } from '../../base/library'

const shownSkipped = 1000

/** What a list says of an entry; null for one that is no dataset. What a killed import left is cleared away. */
export async function summarizeDataset(entry: LibraryEntry): Promise<DatasetSummary | null> {
  try {
    if (await isDatasetFolder(entry.folder)) {
      await finishCommit(entry.folder)
      if ((await importState(entry.folder)) === 'killed') await clearKilledImport(entry.folder)
      const isPaired = await isDatasetFolder(damagedPictures(entry.folder))
      return summaryOf(entry, await readDatasetInfo(entry.folder), isPaired)
    }
    if (entry.external)
      throw new ExpectedError('not-found', sentence('datasets.notAnyMore', { folder: entry.folder }))
    const state = await importState(entry.folder)
    if (state === 'under-way') return emptySummary(entry, 'importing', null)
    await (state === 'killed' ? clearKilledImport : clearNeverBegun)(entry.folder)
    return null
  } catch (error) {
    // Whatever it is: one dataset that cannot be read keeps no other one from being listed.
    return emptySummary(entry, 'damaged', (error as Error).message)
  }
}

function summaryOf({ id, external }: LibraryEntry, info: DatasetInfo, isPaired: boolean): DatasetSummary {
  const { name, createdAt, count, width, height, channels, labels, skipped } = info
  const shape = { width, height, channels }
  const state = { state: 'ready', problem: null } as const
  const counts = { count, labels: labels.length, skipped: skipped.length, bytes: count * rowBytes(info) }
  return {
    id,
    name,
    createdAt,
    revision: revisionOf(info),
    ...shape,
    ...state,
    ...counts,
    external,
    isPaired,
  }
}

export function emptySummary(
  { id, external }: LibraryEntry,
  state: 'importing' | 'damaged',
  problem: string | null,
  shape: Pick<DatasetInfo, 'width' | 'height' | 'channels'> = { width: 0, height: 0, channels: 1 },
  name = id,
): DatasetSummary {
  const createdAt = new Date().toISOString()
  return {
    id,
    name,
    state,
    problem,
    createdAt,
    revision: '',
    ...shape,
    count: 0,
    labels: 0,
    skipped: 0,
    bytes: 0,
    external,
    isPaired: false,
  }
}

export async function sourcesOf({ sources, clean }: ChosenImages): Promise<DatasetDetail['sources']> {
  const isPresent = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    )
  const all = clean === undefined ? sources : [...sources, clean]
  return Promise.all(all.map(async (path) => ({ name: basename(path), present: await isPresent(path) })))
}

export const shownSkippedFiles = ({ skipped }: DatasetInfo) => skipped.slice(0, shownSkipped)
