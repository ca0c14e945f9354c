import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { idSchema } from '../../../../shared/api/library'
import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { explainFileError } from '../../../store/fileErrors'
import { holderOf, refuseHeld } from '../../../store/libraryLock'
import { readModelInfo } from '../../../store/modelStore'
import { type LibraryKind, libraryKinds } from '../../../base/library'
import { checkDataset } from './checkDataset'
import { checkModel } from './checkModel'
import { checkRun } from './checkRun'
import { damaged, type Finding } from './finding'
import { anomalyFiles, readColumns, readMarks, readRecord } from '../../../store/anomalyStore'
import { ratingsFiles, readNames, readRatingsInfo, readTriples } from '../../../store/ratingsFiles'

/** A finding, of which entry, and what became of it. */
export interface Problem extends Omit<Finding, 'repair'> {
  readonly kind: LibraryKind
  readonly id: string
  readonly repairable: boolean
  /** How it was repaired; null where it was not. */
  readonly repaired: string | null
}

export interface CheckRequest {
  readonly folder: string
  /** Only while no app has the library open. */
  readonly repair: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  readonly onProblem: (problem: Problem) => void
}

export interface CheckSummary {
  readonly entries: number
  /** Without notes. */
  readonly damaged: number
  readonly repaired: number
}

const checks = {
  datasets: checkDataset,
  runs: checkRun,
  models: checkModel,
  anomalies: checkSearch,
  tables: checkTable,
} as const
const linkFile = 'link.json'
const linkSchema = z.object({ path: z.string() })

/**
 * Looks through a library, entry by entry. It writes nothing unless it is to repair.
 * @throws ExpectedError for a folder that is no library, or one that an app has open and that is to be repaired; CancelledError
 */
export async function checkLibrary(request: CheckRequest): Promise<CheckSummary> {
  const { repair, signal, onProgress, onProblem } = request
  const folder = resolve(request.folder)
  if (!libraryKinds.some((kind) => existsSync(join(folder, kind))))
    throw new ExpectedError(
      'not-found',
      sentence('library.noLibraryHoldsNone', { folder, libraryKinds: libraryKinds.join(', ') }),
    )
  const holder = await holderOf(folder)
  if (holder && repair) refuseHeld(folder, holder)
  const places = await placesIn(folder)
  const summary = { entries: 0, damaged: 0, repaired: 0 }
  for (const [done, { kind, name }] of places.entries()) {
    if (signal?.aborted) throw new CancelledError('Stopped.')
    onProgress?.(done, places.length)
    if (idSchema.safeParse(name).success) summary.entries++
    for (const { repair: mend, ...finding } of await checkPlace(folder, kind, name, holder !== null)) {
      const repaired = mend && repair ? await mend() : null
      if (finding.level === 'damaged') summary.damaged++
      if (repaired !== null) summary.repaired += Number(finding.level === 'damaged')
      onProblem({ ...finding, kind, id: name, repairable: mend !== undefined, repaired })
    }
  }
  return summary
}

async function placesIn(folder: string): Promise<{ kind: LibraryKind; name: string }[]> {
  const places = []
  for (const kind of libraryKinds) {
    const path = join(folder, kind)
    if (!existsSync(path)) continue
    const names = await readdir(path).catch((error: unknown) => {
      throw explainFileError(error, path)
    })
    places.push(...names.sort().map((name) => ({ kind, name })))
  }
  return places
}

async function checkPlace(
  library: string,
  kind: LibraryKind,
  name: string,
  isOpen: boolean,
): Promise<Finding[]> {
  const path = join(library, kind, name)
  if (!idSchema.safeParse(name).success) return leftover(path, kind, name, isOpen)
  const link = join(path, linkFile)
  if (!existsSync(link)) return checks[kind](path)
  const outside = await readLink(link)
  if (outside === null)
    return [
      {
        path: link,
        level: 'damaged',
        problem: 'It does not say where the entry lies. Delete the entry, and put it into the library again.',
      },
    ]
  if (!existsSync(outside))
    return [
      {
        path: outside,
        level: 'damaged',
        problem:
          'It lies outside of the library and is not there now. Connect the disk that it is on, or delete the entry.',
      },
    ]
  return checks[kind](outside)
}

/** What is no entry. */
async function leftover(path: string, kind: LibraryKind, name: string, isOpen: boolean): Promise<Finding[]> {
  if (/^\.(removed|trash)-/.test(name)) {
    // What an app has in its trash can still be restored.
    if (isOpen) return []
    const remove = async () => {
      await rm(path, { recursive: true, force: true })
      return 'It is removed.'
    }
    return [{ path, level: 'note', problem: 'It was deleted, and is still there.', repair: remove }]
  }
  const [, id] = /^(.+)\.partial$/.exec(name) ?? []
  if (kind === 'models' && id !== undefined && idSchema.safeParse(id).success)
    return [await cutOffModel(path, id)]
  return [{ path, level: 'note', problem: 'It is no entry of a library, and is left alone.' }]
}

/** A model is written beside its place, which is emptied just before it takes it. */
async function cutOffModel(path: string, id: string): Promise<Finding> {
  const place = path.slice(0, -'.partial'.length)
  const isWhole = await readModelInfo(path).then(
    async () => (await checkModel(path)).length === 0,
    () => false,
  )
  const isLost = isWhole && !existsSync(place)
  return {
    path,
    level: isLost ? 'damaged' : 'note',
    problem: isLost
      ? `The model ${id} was cut off just before it took its place.`
      : 'A model was cut off while it was written.',
    repair: async () => {
      if (!isLost) {
        await rm(path, { recursive: true, force: true })
        return 'Its unfinished files are removed.'
      }
      await rename(path, place)
      return 'It is there again.'
    },
  }
}

async function readLink(path: string): Promise<string | null> {
  try {
    return linkSchema.parse(JSON.parse(await readFile(path, 'utf8'))).path
  } catch {
    return null // Cut off, or changed by hand.
  }
}

/** Reads a search for odd images: its record, as many scores as it has images, and its marks. */
async function checkSearch(folder: string): Promise<Finding[]> {
  try {
    const record = await readRecord(folder)
    const { scores } = await readColumns(folder, record)
    await readMarks(folder)
    if (scores.length === record.count) return []
    const problem = `It has ${scores.length} scores for ${record.count} images. Delete this search and start it again.`
    return [{ path: join(folder, anomalyFiles.record), level: 'damaged', problem }]
  } catch (error) {
    return [damaged(join(folder, anomalyFiles.record), error)]
  }
}

/** Whether ratings can be read, and are as many as their record says. */
async function checkTable(folder: string): Promise<Finding[]> {
  try {
    const info = await readRatingsInfo(folder)
    const [{ values }, names] = [await readTriples(folder), await readNames(folder)]
    const isWhole =
      values.length === info.ratings && names.users.length === info.users && names.items.length === info.items
    if (isWhole) return []
    return [damaged(ratingsFiles.triples(folder), new Error('Ratings are missing. Import their file again.'))]
  } catch (error) {
    return [damaged(ratingsFiles.info(folder), error)]
  }
}
