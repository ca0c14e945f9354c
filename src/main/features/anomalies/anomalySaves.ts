import { basename, join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type { Begun } from '../../../shared/api/latent'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { writeFileAtomic } from '../../store/atomicWrite'
import { makeFolder } from '../../store/makeFolder'
import type { EventBus } from '../../base/eventBus'
import type { DatasetService } from '../datasets/datasetService'
import { FreeNames } from '../../store/freeNames'
import type { JobService } from '../../base/jobService'
import { saveFiles } from '../../store/saveFiles'
import type { PlaceRegistry } from '../../base/placeRegistry'
import type { AnomalyService } from './anomalyService'
import { anomalyTable, type TableRow } from './anomalyTable'
import { openedDetector } from './openedDetector'
import { searchReport } from './searchReport'
import { slugOf } from '../../base/library'

export interface SaveDependencies {
  readonly searches: AnomalyService
  readonly datasets: DatasetService
  readonly jobs: JobService
  readonly events: EventBus
  readonly places: PlaceRegistry
}

type Save = ParsedParams<'anomalies.save'>
type Work = Parameters<JobService['start']>[0]['work']

/** What leaves Hourglass of a search. Originals are only read, and nothing is overwritten. */
export class AnomalySaves {
  constructor(private readonly deps: SaveDependencies) {}

  async save(params: Save): Promise<Begun> {
    const { searches, jobs, places } = this.deps
    const folder = places.resolve(params.folder)
    const { record } = await searches.named(params.id)
    const name = slugOf(record.name, 'odd-ones')
    const { id: job } = jobs.start({
      kind: 'files',
      subject: basename(folder),
      work: this.workOf(params, folder, name),
    })
    return { job }
  }

  private workOf({ id, how, odd, others }: Save, folder: string, name: string): Work {
    const free = async (extension: string, suffix = '') =>
      join(folder, (await FreeNames.in(folder)).take(`${name}-odd${suffix}`, extension))
    switch (how) {
      case 'csv':
        return async () => {
          const rows = await this.rowsOf(id, [...odd, ...others])
          await writeFileAtomic(await free('.csv'), anomalyTable(rows, new Set(odd)))
        }
      case 'list':
        return async () => {
          const rows = await this.rowsOf(id, someOf(odd))
          await writeFileAtomic(await free('.txt'), rows.map(({ file }) => `${file}\n`).join(''))
        }
      case 'copy':
        return async (report, signal) => {
          const target = await free('', '-ones')
          const groups = [
            { folder: 'odd', rows: odd },
            { folder: 'not-odd', rows: others },
          ].filter(({ rows }) => rows.length > 0)
          if (groups.length === 0) someOf(odd)
          const total = odd.length + others.length
          let before = 0
          for (const group of groups) {
            if (signal.aborted) throw new CancelledError('Stopped.')
            const files = (await this.rowsOf(id, [...group.rows])).map(({ file }) => ({ path: file }))
            await makeFolder(join(target, group.folder))
            const from = before
            const onProgress = (done: number) => report({ done: from + done, total })
            await saveFiles(files, join(target, group.folder), 'copy', { signal, onProgress })
            before += files.length
          }
        }
      case 'report':
        return async (report, signal) => {
          await openedDetector(this.deps, id, signal)
          const rows = await this.rowsOf(id, [...odd, ...others])
          const onProgress = (done: number, total: number) => report({ done, total })
          const page = await searchReport(this.deps.searches, id, new Set(odd), rows, { signal, onProgress })
          await writeFileAtomic(await free('.html', '-report'), page)
        }
      case 'onnx':
        return async (_, signal) => {
          const detector = await openedDetector(this.deps, id, signal)
          await detector.exportModel(await free('', '-model'), false)
        }
    }
  }

  /** In the order given. */
  private async rowsOf(id: string, rows: readonly number[]): Promise<TableRow[]> {
    const { datasets, searches } = this.deps
    const { record, columns, names, marks } = await searches.named(id)
    const folder = await datasets.folderOf(record.target.id)
    // Rows that follow each other are read in one go.
    const sorted = [...rows].sort((a, b) => a - b)
    const found = await datasets.opened.with(folder, async ({ info }, index) =>
      (await (await index()).itemsAt(sorted)).map(({ row, path, label, source }) => ({
        row,
        path,
        label,
        score: columns.scores[row]!,
        file: join(info.sources[source] ?? '', path),
        mark: marks.get(names.keys[row]!) ?? null,
        normalScores: columns.normalScores,
        duplicateOf: columns.duplicateOf[row]!,
        duplicateDistance: columns.duplicateDistance[row]!,
      })),
    )
    const byRow = new Map(found.map((image) => [image.row, image]))
    return rows.map((row) => byRow.get(row)!)
  }
}

function someOf(rows: Int32Array): number[] {
  if (rows.length > 0) return [...rows]
  throw new ExpectedError('bad-input', sentence('anomalies.noneOdd'))
}
