import { existsSync } from 'node:fs'
import { readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { AppFolders } from '../../store/appFolders'
import { syncFolder } from '../../store/atomicWrite'
import { explainFileError } from '../../store/fileErrors'
import { isInside } from '../../store/isInside'
import { makeFolder } from '../../store/makeFolder'
import { MoveJournal } from '../../store/moveJournal'
import { markMoving, unmarkMoving } from '../../store/movingMark'
import { readRunInfo, runFiles, writeRunInfo } from '../../store/runStore'
import type { JobProgress, JobService } from '../../base/jobService'
import type { PlaceRegistry } from '../../base/placeRegistry'
import type { SettingsService } from '../../base/settingsService'
import { bytesOf, catchUp, catchUpWhole, type CopyWork, itemsOf, removeMoved } from './copyLibrary'
import type { FolderLibrary } from './folderLibrary'
import { libraryKinds } from '../../base/library'
import type { LibraryGate } from './libraryGate'

export interface MoveDependencies {
  readonly library: FolderLibrary
  readonly settings: SettingsService
  readonly jobs: JobService
  readonly places: PlaceRegistry
  readonly folders: AppFolders
  /** The datasets that are open, to be closed before their files change places. */
  readonly datasets: { close(): Promise<void> }
  /** Who works in the library at the command of a window goes through it. */
  readonly gate: LibraryGate
  /** Something trains or is imported, here or in another process. */
  readonly isUnderWay: () => boolean
}

/** Marks a folder that holds a copy under way, so that the next try knows that it may be emptied. */
const markerFile = '.hourglass-copy-under-way'

/** Jobs that keep what they find beside a model. */
const keeping = ['codes', 'map', 'clusters'] as const

/**
 * Moves the library by a journal:
 *
 *     copy and compare all of it, while everybody works on ──▶ with the library to itself, catch up with what they have
 *     written ──▶ change the one setting that says where it is ──▶ let them go on in the new place ──▶ remove from the old
 *     place what the journal names and has not changed since
 *
 * Killed at any moment, the library is whole in one of the two places, and the next start goes on with removing. No run
 * begins and no import meanwhile: they wait.
 */
export class LibraryMover {
  private moved: () => void = () => undefined

  constructor(private readonly deps: MoveDependencies) {}

  onMoved(listen: () => void): void {
    this.moved = listen
  }

  get isMoving(): boolean {
    return this.deps.jobs.isBusy('move-library')
  }

  /** What a move would do. @throws ExpectedError where it cannot be done, as `move` does */
  async plan({ place }: ParsedParams<'library.planMove'>): Promise<Results['library.planMove']> {
    const to = await this.target(place)
    const from = this.deps.library.location
    return { from, to, bytes: bytesOf(await itemsOf(from)) }
  }

  async move({ place }: ParsedParams<'library.move'>): Promise<{ job: string }> {
    const { jobs } = this.deps
    const to = await this.target(place)
    // What an earlier try left that was killed.
    await emptyCopy(to)
    const work = (report: (progress: JobProgress) => void, signal: AbortSignal) =>
      this.run(to, report, signal)
    return { job: jobs.start({ kind: 'move-library', subject: to, queue: 'import', work }).id }
  }

  /** Goes on removing what a move has left in the old place, when that was cut off. */
  async finish(): Promise<void> {
    const { library, settings } = this.deps
    const journal = await MoveJournal.left(library.location)
    if (!journal) return
    // Only the setting says that the library is here for good.
    const isHere = settings.library === library.location
    if (isHere) {
      await removeMoved(journal.from, journal)
      await rm(join(library.location, markerFile), { force: true })
    }
    await journal.close({ keep: !isHere })
  }

  /** Where it would move to. @throws ExpectedError where it cannot, or not now */
  private async target(place: string): Promise<string> {
    const { library, jobs, folders, places } = this.deps
    if (folders.libraryIsFixed)
      throw new ExpectedError('bad-input', sentence('library.hourglassLibrarySaysWhere'))
    if (jobs.isBusy('import', 'sample', 'move-library')) this.refuseUnderWay()
    this.checkIdle()
    const to = places.resolve(place)
    await checkTarget(library.location, to)
    return to
  }

  private checkIdle(): void {
    if (this.deps.isUnderWay()) this.refuseUnderWay()
  }

  private refuseUnderWay(): never {
    throw new ExpectedError('bad-input', sentence('library.somethingBeingImportedOr'))
  }

  private async run(to: string, report: (progress: JobProgress) => void, signal: AbortSignal): Promise<void> {
    const from = this.deps.library.location
    // It may have waited for its turn.
    this.checkIdle()
    await markMoving(from, to)
    try {
      const journal = await this.copyAndSwitch(from, to, report, signal)
      this.moved()
      report({ phase: 'removing', done: 0, total: 0 })
      const left = await removeMoved(from, journal)
      await journal.close({ keep: false })
      if (left.length > 0)
        throw new ExpectedError(
          'bad-input',
          sentence('library.libraryNowAnotherProgram', { to, from, left: left[0]! }),
        )
    } finally {
      await unmarkMoving(from)
    }
  }

  /** Nothing has happened where it throws. @throws ExpectedError, CancelledError */
  private async copyAndSwitch(
    from: string,
    to: string,
    report: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<MoveJournal> {
    const { gate, jobs } = this.deps
    let journal: MoveJournal | null = null
    let isThere = false
    try {
      await writeFile(join(to, markerFile), 'A copy of a Hourglass library is under way here.\n')
      journal = await MoveJournal.begin(to, from)
      const total = bytesOf(await itemsOf(from))
      let done = 0
      const onCopied = (bytes: number) =>
        report({ phase: 'copying', done: (done += bytes), total: Math.max(total, done) })
      report({ phase: 'copying', done, total })
      const work = { from, to, journal, onCopied, signal }
      await catchUp(work)
      // Maps that are being made would be kept in the old place.
      await jobs.idle(...keeping)
      await gate.haveAlone(() => this.switch(work, () => (isThere = true)))
      return journal
    } catch (error) {
      await journal?.close({ keep: isThere })
      // What is the library now is not touched.
      if (isThere) throw error
      await emptyCopy(to)
      if (signal.aborted) throw new CancelledError('The library stays where it is.')
      throw explainFileError(error, to)
    }
  }

  /** Nobody else is at work in the library. `onThere` is called as soon as the copy is the library. */
  private async switch(work: CopyWork, onThere: () => void): Promise<void> {
    const { library, settings, datasets } = this.deps
    const { from, to, journal } = work
    await catchUpWhole(work)
    for (const kind of libraryKinds) await makeFolder(join(to, kind))
    await rebaseRuns(from, to)
    await journal.sync()
    await syncFolder(to)
    await datasets.close()
    await library.relocate(to, async () => {
      await settings.setLibrary(to)
      onThere()
    })
    await rm(join(to, markerFile), { force: true })
  }
}

/** @throws ExpectedError for a place that the library cannot move to */
async function checkTarget(from: string, to: string): Promise<void> {
  const source = await realpath(from)
  if (isInside(to, source) || isInside(source, to))
    throw new ExpectedError('bad-input', sentence('library.newPlaceLiesLibrary'))
  const names = await readdir(to).catch((error: unknown) => {
    throw explainFileError(error, to)
  })
  if (names.length > 0 && !names.includes(markerFile))
    throw new ExpectedError('bad-input', sentence('library.folderNotEmptyChoose'))
}

/** Runs name the dataset and the weights that they began with by path: those of the library have moved along. */
async function rebaseRuns(from: string, to: string): Promise<void> {
  const moved = (path: string) => (isInside(path, from) ? join(to, relative(from, path)) : path)
  for (const id of await readdir(join(to, 'runs'))) {
    const run = join(to, 'runs', id)
    if (!existsSync(runFiles.info(run))) continue
    const info = await readRunInfo(run).catch(() => null)
    if (!info) continue
    const initialWeights = info.initialWeights && moved(info.initialWeights)
    await writeRunInfo(run, { ...info, dataset: moved(info.dataset), initialWeights })
  }
}

/** Only what a copy made, and only where its marker is. */
async function emptyCopy(to: string): Promise<void> {
  const marker = await readFile(join(to, markerFile), 'utf8').catch(() => null)
  if (marker === null) return
  for (const kind of libraryKinds) await rm(join(to, kind), { recursive: true, force: true })
  await MoveJournal.discard(to)
  await rm(join(to, markerFile), { force: true })
}
