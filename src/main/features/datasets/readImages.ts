import { availableParallelism, totalmem } from 'node:os'
import type { Preprocessing, Skipped } from '../../../shared/dataset'
import { convertRaw, decodeImage, decodesAtOnce } from '../pictures/decodeImage'
import { decodingRoom } from '../pictures/decodingRoom'
import type { FoundFile } from './findImages'
import { readIdxImages, readIdxLabels } from './idxFile'
import type { ImportScales } from './importScales'
import { mapOrdered } from '../../base/mapOrdered'
import type { Pixels, RawImage } from '../pictures/pixels'
import { decodingBytes, prepareImage, type PreparedImage } from '../pictures/prepareImage'
import { leadsOut } from '../../base/fence'
import { isUnchanged, type PreviousImport, type PreviousRows } from './previousImport'
import { slots, spreadIndex, type Reading } from './readingPlan'
import { reasonOf } from '../pictures/unusableImage'
import { sentence } from '../../../shared/texts/sentence'

/** An image as it came out, in the order of the plan. */
export interface ReadImage {
  source: number
  path: string
  label: string | null
  /** Pixels of the original, upright. */
  width: number
  height: number
  bytes?: number
  modifiedMs?: number
  /** New pixels, or the rows of the previous import that are still right. */
  content: { kind: 'decoded'; pixels: Pixels } | { kind: 'reused'; rows: PreviousRows }
}

/** One step of the plan: an image, or none where all files of a slot were left out. */
export interface ReadStep {
  image: ReadImage | null
  skipped: Skipped[]
}

type Origin = Omit<ReadImage, 'content'>
type Task =
  | { kind: 'decode'; origin: Origin; image: PreparedImage }
  | { kind: 'convert'; origin: Origin; image: RawImage }
  | { kind: 'reuse'; origin: Origin; rows: PreviousRows }
  | { kind: 'nothing' }
type PreparedStep = { task: Task; skipped: Skipped[] }
type Candidate = { file: FoundFile; previous: PreviousRows | null }

/** Decoded bytes that may be held at once: for five photos of 12 megapixels on two cores, more on more. */
const decodingBudget = Math.min(Math.max(4, availableParallelism()) * (64 << 20), totalmem() / 4)

export interface ReadOptions {
  readonly signal?: AbortSignal
  /** Black and white of images with more than 8 bits; of each its own if not given. */
  readonly scales?: ImportScales
}

/**
 * Reads what the plan says, on all cores, in its order. Files that turn out not to be usable are in the steps' lists.
 * Throws the signal's reason at once when that aborts.
 */
export function readImages(
  readings: Reading[],
  preprocessing: Preprocessing,
  previous: PreviousImport | null,
  { signal, scales }: ReadOptions = {},
): AsyncGenerator<ReadStep, void, undefined> {
  return mapOrdered(
    prepareAll(readings, preprocessing, previous, signal),
    (step) => finish(step, preprocessing, scales),
    {
      // The pool decodes no more than that at once; the others wait their turn, so that none of it idles behind a slow one.
      width: 2 * decodesAtOnce,
      weigh: ({ task }) => (task.kind === 'decode' ? decodingBytes(task.image, preprocessing) : 0),
      budget: decodingBudget,
    },
    signal,
  )
}

async function* prepareAll(
  readings: Reading[],
  preprocessing: Preprocessing,
  previous: PreviousImport | null,
  signal?: AbortSignal,
): AsyncGenerator<PreparedStep, void, undefined> {
  for (const reading of readings) {
    if (reading.kind === 'idx') yield* prepareIdx(reading, preprocessing.labels)
    else yield* mapOrdered(candidates(reading, previous), prepareSlot, { width: decodesAtOnce }, signal)
  }
}

async function* candidates(
  { files, take }: Extract<Reading, { kind: 'files' }>,
  previous: PreviousImport | null,
): AsyncGenerator<Candidate[], void, undefined> {
  for (const slot of slots(files, take)) {
    const found: Candidate[] = []
    for (const file of slot) found.push({ file, previous: (await previous?.find(file)) ?? null })
    yield found
  }
}

async function prepareSlot(slot: Candidate[]): Promise<PreparedStep> {
  const skipped: Skipped[] = []
  for (const { file, previous } of slot) {
    const { source, path, label, absolute, fence } = file
    if (!fence.allows(absolute)) {
      skipped.push({ path, reason: leadsOut })
      continue
    }
    if (previous && isUnchanged(absolute, previous)) {
      const { width, height, bytes, modifiedMs } = previous.items[0]!
      const origin = { source, path, label, width, height, bytes, modifiedMs }
      return { task: { kind: 'reuse', origin, rows: previous }, skipped }
    }
    try {
      const image = await prepareImage(absolute)
      const { width, height, bytes, modifiedMs } = image
      const origin = { source, path, label, width, height, bytes, modifiedMs }
      return { task: { kind: 'decode', origin, image }, skipped }
    } catch (error) {
      skipped.push({ path, reason: reasonOf(error) })
    }
  }
  return { task: { kind: 'nothing' }, skipped }
}

async function* prepareIdx(
  { found, take }: Extract<Reading, { kind: 'idx' }>,
  labelling: Preprocessing['labels'],
): AsyncGenerator<PreparedStep, void, undefined> {
  const { idx, path, source, fence } = found
  const { width, height, channels, count, labelsPath } = idx
  if (!fence.allows(idx.path)) {
    yield { task: { kind: 'nothing' }, skipped: [{ path, reason: leadsOut }] }
    return
  }
  const mayLabel = labelling === 'folder' && (labelsPath === null || fence.allows(labelsPath))
  const labels = mayLabel ? await readIdxLabels(idx) : null
  let index = -1
  let taken = 0
  for await (const data of readIdxImages(idx)) {
    index++
    if (taken === take || index !== spreadIndex(taken, take, count)) continue
    taken++
    const label = labels?.[index]?.toString() ?? null
    const origin = { source, path: `${path}#${index}`, label, width, height }
    yield { task: { kind: 'convert', origin, image: { data, width, height, channels } }, skipped: [] }
  }
  if (index + 1 === count) return
  const reason = sentence('pictures.idxCutOff', { read: index + 1, count })
  yield { task: { kind: 'nothing' }, skipped: [{ path, reason }] }
}

async function finish(
  { task, skipped }: PreparedStep,
  preprocessing: Preprocessing,
  scales: ImportScales | undefined,
): Promise<ReadStep> {
  if (task.kind === 'nothing') return { image: null, skipped }
  const { origin } = task
  if (task.kind === 'reuse') {
    return { image: { ...origin, content: { kind: 'reused', rows: task.rows } }, skipped }
  }
  try {
    const { image } = task
    const pixels =
      'input' in image
        ? await decodingRoom.with(image, () =>
            decodeImage(image, preprocessing, scales && ((wide) => scales.of(wide, origin))),
          )
        : await convertRaw(image, preprocessing)
    return { image: { ...origin, content: { kind: 'decoded', pixels } }, skipped }
  } catch (error) {
    return { image: null, skipped: [...skipped, { path: origin.path, reason: reasonOf(error) }] }
  }
}
