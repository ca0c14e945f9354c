import { appendFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { anomalySettingsSchema } from '../../shared/anomalies'
import { anomalyMarks, normalSourceSchema } from '../../shared/api/anomalies'
import { writeFileAtomic } from './atomicWrite'
import { explainFileError } from './fileErrors'
import { readNpy, writeNpy } from './npy'
import { parseRecord } from './parseRecord'
import { sentence } from '../../shared/texts/sentence'

/** What lies in the folder of a search for odd images. The columns have one entry an image, in the order of the dataset. */
export const anomalyFiles = {
  record: 'search.json',
  marks: 'marks.json',
  noticed: 'noticed.jsonl',
  /** The folder whose new images are scored, while one is. */
  watch: 'watch.json',
  /** Where a model that was trained for it is: a run. */
  run: 'run',
  /** What is known of normal images. It can be deleted at any time, and is found out again. */
  detector: 'detector.safetensors',
  /** Pictures of images that were looked at. They can be deleted at any time. */
  views: 'views',
} as const

const recordSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  createdAt: z.string(),
  target: z.object({ id: z.string(), name: z.string(), revision: z.string() }),
  normal: normalSourceSchema,
  settings: anomalySettingsSchema,
  count: z.number().int(),
  odd: z.number().int(),
  fitted: z.number().int(),
  suggestedThreshold: z.number(),
  /** Null where it is the one that is suggested. */
  threshold: z.number().nullable(),
  normalLabels: z.array(z.string()).nullable(),
  /** Names of the scores that went into the one that counts. */
  parts: z.array(z.string()),
  pixelAuroc: z.number().nullable(),
  pro: z.number().nullable(),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
})
export type SearchRecord = z.infer<typeof recordSchema>

/** By the name of each image within its source. */
const marksSchema = z.record(z.string(), z.enum(anomalyMarks))
export type SearchMarks = z.infer<typeof marksSchema>

const watchSchema = z.object({
  version: z.literal(1),
  folder: z.string(),
  /** Images that lay in it when the watch began, within it: they are not new. */
  names: z.array(z.string()),
  /** What comes is noticed under higher numbers than this. */
  after: z.number().int(),
})
export type WatchRecord = z.infer<typeof watchSchema>

const noticedSchema = z.object({
  number: z.number().int(),
  at: z.string(),
  path: z.string(),
  folder: z.string(),
  score: z.number(),
  percentile: z.number(),
  odd: z.boolean(),
  problem: z.string().nullable(),
})
export type NoticedRecord = z.infer<typeof noticedSchema>

/** Arrays of a search. `parts` are by name. */
export interface SearchColumns {
  readonly scores: Float64Array
  readonly normalScores: Float64Array
  /** Rows of normal images that the model was not trained on. */
  readonly heldOut: Int32Array
  readonly duplicateOf: Int32Array
  readonly duplicateDistance: Float64Array
  readonly parts: Readonly<Record<string, Float64Array>>
}

const advice = sentence('store.searchAgain')

/** The columns first, the record last: where it is, the others are. @throws ExpectedError */
export async function writeSearch(
  folder: string,
  record: SearchRecord,
  columns: SearchColumns,
): Promise<void> {
  const { parts, ...others } = columns
  for (const [name, data] of Object.entries(others))
    await writeColumn(folder, name, data as Float64Array | Int32Array)
  for (const [i, name] of record.parts.entries()) await writeColumn(folder, `part-${i}`, parts[name]!)
  await writeRecord(folder, record)
}

export async function writeRecord(folder: string, record: SearchRecord): Promise<void> {
  await writeFileAtomic(join(folder, anomalyFiles.record), `${JSON.stringify(record, null, 2)}\n`)
}

/** @throws ExpectedError where it is not there, or damaged */
export async function readRecord(folder: string): Promise<SearchRecord> {
  const path = join(folder, anomalyFiles.record)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  return parseRecord(recordSchema, text, path, advice)
}

/** @throws ExpectedError where an array is missing or damaged */
export async function readColumns(folder: string, { parts }: SearchRecord): Promise<SearchColumns> {
  const floats = async (name: string) => (await readColumn(folder, name)) as Float64Array
  const found: Record<string, Float64Array> = {}
  for (const [i, name] of parts.entries()) found[name] = await floats(`part-${i}`)
  return {
    scores: await floats('scores'),
    normalScores: await floats('normalScores'),
    heldOut: (await readColumn(folder, 'heldOut')) as Int32Array,
    duplicateOf: (await readColumn(folder, 'duplicateOf')) as Int32Array,
    duplicateDistance: await floats('duplicateDistance'),
    parts: found,
  }
}

/** None where nothing was marked. @throws ExpectedError where they are damaged */
export async function readMarks(folder: string): Promise<SearchMarks> {
  const path = join(folder, anomalyFiles.marks)
  const text = await readFile(path, 'utf8').catch(() => {
    // Nothing was marked yet.
    return null
  })
  return text === null ? {} : parseRecord(marksSchema, text, path, advice)
}

export async function writeMarks(folder: string, marks: SearchMarks): Promise<void> {
  await writeFileAtomic(join(folder, anomalyFiles.marks), `${JSON.stringify(marks, null, 1)}\n`)
}

/** One more line of the log of watched folders. @throws ExpectedError */
export async function appendNoticed(folder: string, noticed: NoticedRecord): Promise<void> {
  const path = join(folder, anomalyFiles.noticed)
  await appendFile(path, `${JSON.stringify(noticed)}\n`).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
}

/** In the order in which they came. A line that was cut off is left out. */
export async function readNoticed(folder: string): Promise<NoticedRecord[]> {
  const text = await readFile(join(folder, anomalyFiles.noticed), 'utf8').catch(() => {
    // Nothing came yet.
    return ''
  })
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = noticedSchema.safeParse(JSON.parse(line))
      return parsed.success ? [parsed.data] : []
    } catch {
      return [] // Empty, or cut off by a crash.
    }
  })
}

/** Null where no folder is watched. @throws ExpectedError where that is damaged */
export async function readWatch(folder: string): Promise<WatchRecord | null> {
  const path = join(folder, anomalyFiles.watch)
  const text = await readFile(path, 'utf8').catch(() => {
    // None is watched.
    return null
  })
  return text === null ? null : parseRecord(watchSchema, text, path, sentence('store.watchAgain'))
}

/** Null forgets it. */
export async function writeWatch(folder: string, watch: WatchRecord | null): Promise<void> {
  const path = join(folder, anomalyFiles.watch)
  if (watch) await writeFileAtomic(path, `${JSON.stringify(watch)}\n`)
  else await rm(path, { force: true })
}

const writeColumn = (folder: string, name: string, data: Float64Array | Int32Array) =>
  writeNpy(join(folder, `${name}.npy`), { shape: [data.length], data })

async function readColumn(folder: string, name: string) {
  return (await readNpy(join(folder, `${name}.npy`))).data
}
