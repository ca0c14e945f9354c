import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { decodesAtOnce } from '../../pictures/decodeImage'
import { mapOrdered } from '../../../base/mapOrdered'
import { pixelsToPng } from '../../datasets/sampleSheet'
import { throttle } from '../../../base/throttle'
import { explainFileError, fileErrorCode } from '../../../store/fileErrors'
import { makeFolder } from '../../../store/makeFolder'
import { defectNames, type DefectName, drawSurface } from './defects'
import { surfaceNames, type SurfaceName, surfaceSide } from './surfaces'

export interface DefectSampleRequest {
  /** A new or empty folder, or an earlier sample of this kind, which is replaced. */
  readonly out: string
  readonly seed: number
  readonly signal?: AbortSignal
  /** At most every 100 ms, and at the end. */
  readonly onProgress?: (progress: { done: number; total: number }) => void
}

/** Of each surface: good images to learn from and to be tested on, and images of each defect. */
const counts = { train: 160, good: 40, each: 15 } as const
/** Images of a whole sample, masks left out. */
export const defectSampleCount =
  surfaceNames.length * (counts.train + counts.good + counts.each * defectNames.length)

/** Tells a folder that we have filled from any other. */
const marker = '.hourglass-defects.json'

interface Drawing {
  readonly surface: SurfaceName
  readonly defect: DefectName | null
  readonly part: 'train' | 'test'
  /** Of its own in each part and defect. */
  readonly number: number
  readonly file: string
}

/**
 * Draws surfaces with and without defects, laid out as MVTec AD is: SURFACE/train/good, SURFACE/test/DEFECT and
 * SURFACE/ground_truth/DEFECT/*_mask.png. The same seed gives the same images.
 *
 * @throws ExpectedError when `out` holds anything else or cannot be written; CancelledError, and what was drawn is removed
 */
export async function makeDefectSample({
  out,
  seed,
  signal,
  onProgress,
}: DefectSampleRequest): Promise<void> {
  await claim(out)
  const report = throttle(onProgress)
  try {
    await writeFile(join(out, marker), `${JSON.stringify({ version: 1, seed })}\n`)
    for (const folder of foldersOf()) await mkdir(join(out, folder), { recursive: true })
    let done = 0
    const draw = (drawing: Drawing) => write(out, drawing, seed)
    for await (const one of mapOrdered(drawings(), draw, { width: decodesAtOnce }, signal)) {
      done += one
      report({ done, total: defectSampleCount })
    }
    report.last({ done, total: defectSampleCount })
  } catch (error) {
    await removeOurs(out)
    if (!signal?.aborted) throw explainFileError(error, out)
    throw new CancelledError(
      'Drawing was stopped and what was drawn is removed. Run the same command again to draw.',
    )
  }
}

function* drawings(): Generator<Drawing, void, undefined> {
  const file = (i: number) => String(i).padStart(3, '0')
  for (const surface of surfaceNames) {
    for (let i = 0; i < counts.train; i++)
      yield { surface, defect: null, part: 'train', number: i, file: file(i) }
    for (let i = 0; i < counts.good; i++)
      yield { surface, defect: null, part: 'test', number: counts.train + i, file: file(i) }
    for (const defect of defectNames)
      for (let i = 0; i < counts.each; i++) yield { surface, defect, part: 'test', number: i, file: file(i) }
  }
}

const foldersOf = () =>
  surfaceNames.flatMap((surface) => [
    join(surface, 'train', 'good'),
    ...['good', ...defectNames].map((label) => join(surface, 'test', label)),
    ...defectNames.map((defect) => join(surface, 'ground_truth', defect)),
  ])

async function write(
  out: string,
  { surface, defect, part, number, file }: Drawing,
  seed: number,
): Promise<number> {
  const { pixels, mask } = drawSurface(surface, defect, seed, number)
  const image = join(out, surface, part, defect ?? 'good', `${file}.png`)
  await writeFile(image, await pixelsToPng(pixels, surfaceSide, 3))
  if (defect) {
    const place = join(out, surface, 'ground_truth', defect, `${file}_mask.png`)
    await writeFile(place, await pixelsToPng(mask, surfaceSide, 1))
  }
  return 1
}

async function claim(out: string): Promise<void> {
  const names = await readdir(out).catch((error: unknown): string[] => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, out)
  })
  if (names.length > 0 && !names.includes(marker))
    throw new ExpectedError('bad-input', sentence('anomalies.folderHoldsNoSample', { out }))
  if (names.length > 0) await removeOurs(out)
  await makeFolder(out)
}

/** Removes what we have drawn, and folders that are empty then. Files of others stay. */
async function removeOurs(out: string): Promise<void> {
  const isOurs = await readFile(join(out, marker)).then(
    () => true,
    () => false,
  )
  if (!isOurs) return
  for (const folder of foldersOf().map((one) => join(out, one)))
    for (const name of await readdir(folder).catch(() => []))
      if (/^\d{3}(_mask)?\.png$/.test(name)) await rm(join(folder, name), { force: true })
  const parents = [
    ...foldersOf(),
    ...surfaceNames.flatMap((one) => ['train', 'test', 'ground_truth'].map((part) => join(one, part))),
    ...surfaceNames,
  ]
  await rm(join(out, marker), { force: true })
  for (const folder of [...parents, '.'].map((one) => join(out, one))) await removeIfEmpty(folder)
}

async function removeIfEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => null)
  if (names?.length === 0) await rm(folder, { recursive: true, force: true })
}
