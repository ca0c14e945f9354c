import { anomalyFigures, percentileOf } from '../../../shared/anomalyFigures'
import type { AnomalyResult, ScoredImage } from '../../../shared/anomalies'
import { CancelledError } from '../../../shared/errors'
import type { AnomalyService } from './anomalyService'
import type { TableRow } from './anomalyTable'
import { scoreHistogram } from './histogram'
import { type LoadedSearch, thresholdOf } from './loadedSearch'
import { anomalyReportPage } from './report/anomalyReportPage'
import { heatPicture } from './report/heatPicture'

/** Images of which the page has pictures, the oddest first. */
const mostPictures = 40

export interface ReportWork {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/**
 * A search as the page that the command line writes too, by the threshold and the marks that count now. It has pictures
 * where the model is open.
 *
 * @param odd rows that count as odd
 * @param rows all images, the oddest first
 */
export async function searchReport(
  searches: AnomalyService,
  id: string,
  odd: ReadonlySet<number>,
  rows: readonly TableRow[],
  { signal, onProgress }: ReportWork,
): Promise<string> {
  const search = await searches.named(id)
  const images = rows.map((row) => scoredImage(row, search, odd))
  const pictures = new Map<number, Buffer>()
  const detector = searches.detectors.get(id)
  const shown = detector ? images.slice(0, mostPictures) : []
  for (const [done, { index }] of shown.entries()) {
    if (signal.aborted) throw new CancelledError('Stopped.')
    pictures.set(index, await heatPicture(await detector!.view(index)))
    onProgress(done + 1, shown.length)
  }
  return anomalyReportPage(resultOf(search, images), images, pictures)
}

function scoredImage(
  { row, path, label, score, mark, normalScores, duplicateOf, duplicateDistance }: TableRow,
  { record, columns }: LoadedSearch,
  odd: ReadonlySet<number>,
): ScoredImage {
  const { normalLabels } = record
  const said = normalLabels === null || label === null ? null : !normalLabels.includes(label)
  return {
    index: row,
    path,
    label,
    score,
    odd: odd.has(row),
    percentile: percentileOf(normalScores, score),
    known: mark === null ? said : mark === 'odd',
    scores: Object.fromEntries(Object.entries(columns.parts).map(([name, values]) => [name, values[row]!])),
    duplicateOf: duplicateOf < 0 ? null : duplicateOf,
    duplicateDistance: duplicateOf < 0 ? null : duplicateDistance,
  }
}

function resultOf({ record, columns }: LoadedSearch, images: readonly ScoredImage[]): AnomalyResult {
  const { settings, fitted, normal, skipped, pixelAuroc, pro } = record
  const threshold = thresholdOf(record)
  const judged = images.filter(({ known }) => known !== null)
  const figures = anomalyFigures(
    judged.map(({ score }) => score),
    judged.map(({ known }) => known!),
    threshold,
  )
  return {
    settings,
    fitted,
    threshold,
    skipped,
    selfFitted: normal.kind === 'itself',
    histogram: scoreHistogram(columns.normalScores, [...columns.scores], threshold),
    normalScores: [...columns.normalScores],
    figures: figures && { ...figures, pixelAuroc, pro },
    images: images.toSorted((a, b) => a.index - b.index),
  }
}
