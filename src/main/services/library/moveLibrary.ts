import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import type { AppFolders } from '../../store/appFolders'
import { syncFolder } from '../../store/atomicWrite'
import { explainFileError } from '../../store/fileErrors'
import { isInside } from '../../store/isInside'
import { readRunInfo, runFiles, writeRunInfo } from '../../store/runStore'
import type { OpenDatasets } from '../datasets/openDatasets'
import type { JobProgress, JobService } from '../jobs/jobService'
import type { PlaceRegistry } from '../places/placeRegistry'
import type { SettingsService } from '../settings/settingsService'
import type { FolderLibrary } from './folderLibrary'
import { libraryKinds } from './library'

export interface MoveDependencies {
  readonly library: FolderLibrary
  readonly settings: SettingsService
  readonly jobs: JobService
  readonly places: PlaceRegistry
  readonly folders: AppFolders
  readonly datasets: OpenDatasets
  readonly isTraining: () => boolean
}

/** Marks a folder that holds a copy under way, so that the next try knows that it may be emptied. */
const markerFile = '.hourglass-copy-under-way'

/**
 * Moves the library: copies it beside, looks whether all of it has arrived, changes the one setting that says where it
 * is, and only then removes what was copied. Killed at any moment, the library is whole in one of the two places.
 */
export class LibraryMover {
  private moved: () => void = () => undefined

  constructor(private readonly deps: MoveDependencies) {}

  onMoved(listen: () => void): void {
    this.moved = listen
  }

  /** What a move would do. @throws ExpectedError where it cannot be done, as `move` does */
  async plan({ place }: ParsedParams<'library.planMove'>): Promise<Results['library.planMove']> {
    const to = await this.target(place)
    const from = this.deps.library.location
    return { from, to, bytes: bytesOf(await filesOf(from)) }
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

  /** Where it would move to. @throws ExpectedError where it cannot, or not now */
  private async target(place: string): Promise<string> {
    const { library, jobs, folders, places } = this.deps
    if (folders.libraryIsFixed)
      throw new ExpectedError('bad-input', 'HOURGLASS_LIBRARY says where the library is. Change it there.')
    if (this.deps.isTraining() || jobs.isBusy('import', 'sample', 'move-library'))
      throw new ExpectedError(
        'bad-input',
        'Something is being imported or trained. Wait until it is done, then move.',
      )
    const to = places.resolve(place)
    await checkTarget(library.location, to)
    return to
  }

  private async run(to: string, report: (progress: JobProgress) => void, signal: AbortSignal): Promise<void> {
    const { library, settings } = this.deps
    const from = library.location
    try {
      await copyLibrary(from, to, report, signal)
      await rebaseRuns(from, to)
    } catch (error) {
      await emptyCopy(to)
      if (signal.aborted) throw new CancelledError('The library stays where it is.')
      throw explainFileError(error, to)
    }
    await settings.setLibrary(to)
    await rm(join(to, markerFile), { force: true })
    await this.deps.datasets.close()
    await library.relocate(to)
    this.moved()
    report({ phase: 'removing', done: 0, total: 0 })
    for (const kind of libraryKinds) await rm(join(from, kind), { recursive: true, force: true })
  }
}

/** @throws ExpectedError for a place that the library cannot move to */
async function checkTarget(from: string, to: string): Promise<void> {
  const source = await realpath(from)
  if (isInside(to, source) || isInside(source, to))
    throw new ExpectedError(
      'bad-input',
      'The new place lies in the library, or the library in it. Choose another folder.',
    )
  const names = await readdir(to).catch((error: unknown) => {
    throw explainFileError(error, to)
  })
  if (names.length > 0 && !names.includes(markerFile))
    throw new ExpectedError('bad-input', 'That folder is not empty. Choose an empty one, or make a new one.')
}

async function copyLibrary(
  from: string,
  to: string,
  report: (progress: JobProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  await writeFile(join(to, markerFile), 'A copy of a Hourglass library is under way here.\n')
  const files = await filesOf(from)
  const total = bytesOf(files)
  let done = 0
  report({ phase: 'copying', done, total })
  for (const { path, bytes } of files) {
    signal.throwIfAborted()
    const target = join(to, path)
    await mkdir(dirname(target), { recursive: true })
    await copyFile(join(from, path), target)
    if ((await stat(target)).size !== bytes)
      throw new ExpectedError(
        'bad-input',
        'A file changed while it was copied. Close other programs and try again.',
      )
    report({ phase: 'copying', done: (done += bytes), total })
  }
  for (const kind of libraryKinds) await mkdir(join(to, kind), { recursive: true })
  await syncFolder(to)
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

interface LibraryFile {
  readonly path: string
  readonly bytes: number
}

async function filesOf(library: string): Promise<LibraryFile[]> {
  const files: LibraryFile[] = []
  for (const kind of libraryKinds) await listFiles(library, kind, files)
  return files
}

const bytesOf = (files: readonly LibraryFile[]) => files.reduce((sum, { bytes }) => sum + bytes, 0)

async function listFiles(root: string, below: string, into: LibraryFile[]): Promise<void> {
  if (!existsSync(join(root, below))) return
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name)
    if (entry.isDirectory()) await listFiles(root, path, into)
    else if (entry.isFile()) into.push({ path, bytes: (await stat(join(root, path))).size })
  }
}

/** Only what a copy made, and only where its marker is. */
async function emptyCopy(to: string): Promise<void> {
  const marker = await readFile(join(to, markerFile), 'utf8').catch(() => null)
  if (marker === null) return
  for (const kind of libraryKinds) await rm(join(to, kind), { recursive: true, force: true })
  await rm(join(to, markerFile), { force: true })
}
