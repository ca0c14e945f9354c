import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import type { AnomalyResult, ScoredImage } from '../../../../shared/anomalies'
import { writeFileAtomic } from '../../../store/atomicWrite'
import { quoted } from '../../../store/csv'
import { explainFileError, fileErrorCode } from '../../../store/fileErrors'
import { makeFolder } from '../../../store/makeFolder'
import type { FoundAnomalies } from '../findAnomalies'
import { anomalyReportPage } from './anomalyReportPage'
import { heatPicture } from './heatPicture'

/** Files of a report's folder. */
export const reportFiles = {
  result: 'anomalies.json',
  scores: 'scores.csv',
  odd: 'odd.txt',
  page: 'report.html',
  heat: 'heat',
  /** The run of a model that was trained for it, and the images that it was trained on. */
  run: 'run',
} as const

/** Images of which heat maps are written, and those that the page shows. */
const mostPictures = 200
const mostOnPage = 40
const fewestPictures = 12

export interface ReportOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
}

/** Makes sure that a report can be written into a folder, before anything is computed. @throws ExpectedError */
export async function claimReportFolder(out: string, overwrite: boolean): Promise<void> {
  const names = await readdir(out).catch((error: unknown): string[] => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, out)
  })
  if (names.length > 0) {
    const isOurs = existsSync(join(out, reportFiles.result)) || names.every(isWritten)
    if (!isOurs) throw new ExpectedError('bad-input', sentence('anomalies.folderHoldsOther', { out }))
    if (!overwrite) throw new ExpectedError('bad-input', sentence('anomalies.reportThere', { out }))
    for (const name of names.filter((one) => isWritten(one)))
      await rm(join(out, name), { recursive: true, force: true })
  }
  await makeFolder(out)
}

/** Takes away what a search that did not come to its report has left in the folder that was claimed for it. */
export async function clearReportFolder(out: string): Promise<void> {
  if (existsSync(join(out, reportFiles.result))) return
  const names = await readdir(out).catch((): string[] => []) // It was not made.
  for (const name of names.filter(isWritten)) await rm(join(out, name), { recursive: true, force: true })
}

const isWritten = (name: string) =>
  (Object.values(reportFiles) as string[]).includes(name) ||
  ['images.dataset', 'normal.dataset', 'kept.dataset', 'warm-up'].includes(name)

/** Writes scores, the list of odd files, heat maps and the page. @throws ExpectedError, CancelledError */
export async function writeAnomalyReport(
  out: string,
  found: FoundAnomalies,
  { signal, onProgress }: ReportOptions = {},
): Promise<void> {
  const { result, files } = found
  const worst = [...result.images].sort((a, b) => b.score - a.score)
  const pictured = worst.filter(({ odd }, i) => odd || i < fewestPictures).slice(0, mostPictures)
  await mkdir(join(out, reportFiles.heat), { recursive: true })
  const pictures = new Map<number, Buffer>()
  for (const [i, image] of pictured.entries()) {
    if (signal?.aborted) throw new CancelledError(`Stopped. ${out} holds a part of the report.`)
    const picture = await heatPicture(await found.view(image.index))
    await writeFileAtomic(join(out, reportFiles.heat, heatName(i, image)), picture)
    if (i < mostOnPage) pictures.set(image.index, picture)
    onProgress?.(i + 1)
  }
  await writeFileAtomic(join(out, reportFiles.scores), scoresCsv(result, worst))
  const odd = worst.filter((image) => image.odd).map(({ index }) => `${files[index]!}\n`)
  await writeFileAtomic(join(out, reportFiles.odd), odd.join(''))
  await writeFileAtomic(join(out, reportFiles.page), anomalyReportPage(result, worst, pictures))
  await writeFileAtomic(join(out, reportFiles.result), `${JSON.stringify(result)}\n`)
}

/** Of the heat map of the image at a place in the list. */
function heatName(place: number, { path }: ScoredImage): string {
  const stem = basename(path, extname(path)).replace(/[^\w.-]+/g, '_')
  return `${String(place + 1).padStart(3, '0')}-${stem}.png`
}

/** The oddest first. */
export function scoresCsv({ images }: Pick<AnomalyResult, 'images'>, worst: readonly ScoredImage[]): string {
  const parts = Object.keys(images[0]?.scores ?? {})
  const head = ['path', 'score', 'percentile', 'odd', 'label', ...parts, 'duplicate_of']
  const rows = worst.map((image) => [
    quoted(image.path),
    image.score,
    image.percentile,
    image.odd ? 1 : 0,
    image.label === null ? '' : quoted(image.label),
    ...parts.map((part) => image.scores[part] ?? ''),
    image.duplicateOf === null ? '' : quoted(images[image.duplicateOf]?.path ?? ''),
  ])
  return [head, ...rows].map((row) => `${row.join(',')}\n`).join('')
}
