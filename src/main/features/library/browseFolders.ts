import { mkdir, readdir, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Handlers } from '../../../shared/api/commands'
import type { Folder, Place } from '../../../shared/api/places'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { mayBeTable } from '../../../shared/api/tables'
import { isCompressedFile, mayBeModelFile } from '../../../shared/modelFiles'
import { explainFileError } from '../../store/fileErrors'
import { isInside } from '../../store/isInside'
import { hasImageExtension } from '../../../shared/imageFiles'
import { compareNames } from '../../base/naturalOrder'
import type { Shell } from '../../base/shell'
import type { PlaceRegistry } from '../../base/placeRegistry'

const shownEntries = 1000

/** The picker of a window that has no dialogs of its own: folders within the roots, and nothing outside of them. */
export class FolderBrowser {
  constructor(
    private readonly places: PlaceRegistry,
    private readonly roots: readonly string[],
  ) {}

  async rootPlaces(): Promise<readonly Place[]> {
    const found = await Promise.allSettled(this.roots.map((root) => this.places.add(root)))
    return found.flatMap((root) => (root.status === 'fulfilled' ? [root.value] : []))
  }

  /** @throws ExpectedError outside of the roots, also where a link leads out of them */
  async browse(place: string, kind: keyof typeof shownFiles = 'images'): Promise<Folder> {
    const path = this.places.resolve(place)
    const root = await this.rootOf(path)
    const self = await this.places.add(path)
    const trail = await Promise.all(foldersBetween(root, path).map((folder) => this.places.add(folder)))
    const shown = { ...self, trail }
    try {
      const { folders, files, images } = await listFolder(path, shownFiles[kind])
      const names = [...folders.slice(0, shownEntries), ...files.slice(0, shownEntries)]
      const entries = await Promise.all(names.map((name) => this.placeInside(root, join(path, name))))
      return {
        ...shown,
        entries: entries.filter((entry) => entry !== null),
        images,
        problem: null,
      }
    } catch (error) {
      const explained = explainFileError(error, self.name)
      if (!(explained instanceof ExpectedError)) throw error
      return { ...shown, entries: [], images: 0, problem: explained.message }
    }
  }

  /** @throws ExpectedError when there is one already, or its name is a path */
  async createFolder(parent: string, name: string): Promise<Place> {
    if (name === '.' || name === '..' || /[/\\\0]/.test(name))
      throw new ExpectedError('bad-input', sentence('library.foldersNameCannotSlashes'))
    const path = this.places.resolve(parent)
    await this.rootOf(path)
    try {
      await mkdir(join(path, name))
    } catch (error) {
      throw explainFileError(error, name)
    }
    return this.places.add(join(path, name))
  }

  private async placeInside(root: string, path: string): Promise<Place | null> {
    try {
      const real = await realpath(path)
      return isInside(real, root) ? await this.places.add(path) : null
    } catch {
      return null // Gone meanwhile, or a link to nowhere: nothing to choose.
    }
  }

  private async rootOf(path: string): Promise<string> {
    for (const root of this.roots) {
      const real = await realpath(root).catch(() => resolve(root))
      if (isInside(path, real)) return real
    }
    throw new ExpectedError('no-access', sentence('library.folderNotAmongThose'))
  }
}

export function placeHandlers(
  places: PlaceRegistry,
  shell: Shell,
): Pick<Handlers, `places.${'roots' | 'browse' | 'createFolder' | 'pick' | 'reveal'}`> {
  const browser = new FolderBrowser(places, shell.roots)
  return {
    'places.roots': () => browser.rootPlaces(),
    'places.browse': ({ place, files }) => browser.browse(place, files),
    'places.createFolder': ({ place, name }) => browser.createFolder(place, name),
    'places.reveal': async ({ place }) => {
      await shell.reveal(places.resolve(place))
      return null
    },
    'places.pick': async ({ kind }) => Promise.all((await shell.pick(kind)).map((path) => places.add(path))),
  }
}

const shownFiles = {
  images: hasImageExtension,
  models: mayBeModelFile,
  compressed: isCompressedFile,
  tables: mayBeTable,
}

async function listFolder(
  path: string,
  isShown: (name: string) => boolean,
): Promise<{ folders: string[]; files: string[]; images: number }> {
  const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'))
  const named = (keep: (entry: (typeof entries)[number]) => boolean) =>
    entries
      .filter(keep)
      .map(({ name }) => name)
      .sort(compareNames)
  return {
    folders: named((entry) => entry.isDirectory() || entry.isSymbolicLink()),
    files: named((entry) => entry.isFile() && isShown(entry.name)),
    images: entries.filter((entry) => entry.isFile() && hasImageExtension(entry.name)).length,
  }
}

function foldersBetween(root: string, path: string): string[] {
  const folders = [path]
  for (let at = path; at !== root; at = dirname(at)) folders.unshift(dirname(at))
  return folders
}
