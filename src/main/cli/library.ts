import { existsSync } from 'node:fs'
import { idSchema } from '../../shared/api/library'
import { FolderLibrary } from '../features/library/folderLibrary'
import type { LibraryKind } from '../base/library'
import { freeDatasetName, nameNewRun } from '../features/library/namesInLibrary'
import { chosenLibrary } from '../base/settingsService'
import { appFolders } from '../store/appFolders'
import type { CommandContext } from './context'

/** HOURGLASS_LIBRARY=none: nothing is put into a library that is not asked for. */
const isSwitchedOff = () => process.env.HOURGLASS_LIBRARY === 'none'

/** The library that the window shows, made where it is not there yet. Close it when done. @throws ExpectedError */
export const openLibrary = async (): Promise<FolderLibrary> => FolderLibrary.open(await locateLibrary())

/** Where that library is, there or not. */
export async function locateLibrary(): Promise<string> {
  const folders = appFolders()
  const chosen = folders.libraryIsFixed ? null : await chosenLibrary(folders.settings)
  return chosen ?? folders.library
}

/** Where a command writes: what was given, or a new folder of the library. @throws ExpectedError */
export async function outFolder(kind: LibraryKind, given: string | undefined, name: string): Promise<string> {
  if (given !== undefined) return fromLibrary(kind, given)
  const library = await openLibrary()
  return (await library.create(kind, name)).folder
}

/** A path, or the folder of an id of the library where there is nothing under that path. */
export async function fromLibrary(kind: LibraryKind, given: string): Promise<string> {
  if (existsSync(given) || !idSchema.safeParse(given).success || isSwitchedOff()) return given
  const library = await openLibrary()
  return library.find(kind, given).then(
    ({ folder }) => folder,
    () => given,
  )
}

/** A name for a new dataset of the library that no other one has. @throws ExpectedError */
export const freeNameOfDataset = async (wanted: string): Promise<string> =>
  freeDatasetName(await openLibrary(), wanted)

/** Names a run of the library as the window does. Failing that, it is called as its folder is. */
export async function nameRun(run: string, source: string, { progress }: CommandContext): Promise<void> {
  try {
    await nameNewRun(await openLibrary(), run, source)
  } catch (error) {
    progress.note(`The run is called as its folder is: ${(error as Error).message}`)
  }
}

/** Makes what lies elsewhere known to the window. Failing that, the command has done its work all the same. */
export async function register(
  kind: LibraryKind,
  folder: string,
  { progress }: CommandContext,
): Promise<void> {
  if (isSwitchedOff()) return
  try {
    await (await openLibrary()).register(kind, folder)
  } catch (error) {
    progress.note(`The window will not show it: ${(error as Error).message}`)
  }
}
