import { readdir, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ExpectedError } from '../../shared/errors'
import { explainFileError, fileErrorCode } from './fileErrors'
import { makeFolder, removeEmptyFolders } from './makeFolder'
import { sentence } from '../../shared/texts/sentence'

export interface OutputRules {
  readonly overwrite: boolean
  /** Files that are never written over, whatever is asked for. */
  readonly originals?: readonly string[]
}

/** Where files wait until all of them are whole; the next writer takes over what a crash left here. */
const partialFolder = '.hourglass-partial'

/**
 * Files that appear in a folder together: after `commit` all of them, after `abort` none, and then the folder is gone
 * again if it was not there before. One writer a folder at a time.
 */
export class OutputFolder {
  private readonly partial: string

  private constructor(
    readonly folder: string,
    private readonly names: string[],
    private readonly rules: OutputRules,
    private readonly created: string | undefined,
  ) {
    this.partial = join(folder, partialFolder)
  }

  /** @throws ExpectedError when a file would be overwritten that is not to be, or the folder cannot be written */
  static async open(folder: string, names: readonly string[], rules: OutputRules): Promise<OutputFolder> {
    await checkNames(folder, names, rules)
    const output = new OutputFolder(resolve(folder), [...names], rules, await makeFolder(folder))
    try {
      await output.attempt(() => rm(output.partial, { recursive: true, force: true }))
      await makeFolder(output.partial)
    } catch (error) {
      await output.abort()
      throw error
    }
    return output
  }

  /** Where to write a file of that name. */
  path(name: string): string {
    return join(this.partial, name)
  }

  /** Files whose names were not known before. @throws ExpectedError when one would be overwritten that is not to be */
  async include(names: readonly string[]): Promise<void> {
    await checkNames(this.folder, names, this.rules)
    this.names.push(...names)
  }

  /** @throws ExpectedError when the disk says no */
  async write(name: string, data: Uint8Array): Promise<void> {
    await this.attempt(() => writeFile(this.path(name), data))
  }

  async commit(): Promise<void> {
    await this.attempt(async () => {
      for (const name of this.names) await rename(this.path(name), join(this.folder, name))
      await rmdir(this.partial)
    })
  }

  async abort(): Promise<void> {
    await rm(this.partial, { recursive: true, force: true })
    if (this.created) await removeEmptyFolders(this.folder, this.created)
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      throw explainFileError(error, this.folder)
    }
  }
}

/**
 * @param names in the folder, which may not be there
 * @throws ExpectedError when a file would be overwritten that is not to be
 */
export async function checkNames(
  folder: string,
  names: readonly string[],
  { overwrite, originals = [] }: OutputRules,
): Promise<void> {
  const there = new Set((await listFolder(folder)).map((name) => name.toLowerCase()))
  const present = names.filter((name) => there.has(name.toLowerCase()))
  if (present.length === 0) return
  if (!overwrite) {
    const key = present.length > 1 ? 'store.holdsMoreAlready' : 'store.holdsAlready'
    const values = { folder, name: present[0]!, more: present.length - 1 }
    throw new ExpectedError('bad-input', sentence(key, values))
  }
  const own = await realpath(folder)
  const sources = await realPaths(originals)
  const original = present.find((name) => sources.has(join(own, name).toLowerCase()))
  if (original)
    throw new ExpectedError('bad-input', sentence('store.isOriginal', { path: join(folder, original) }))
}

/** In lower case. The folders are resolved, each once; the files themselves stay what they are called. */
async function realPaths(paths: readonly string[]): Promise<Set<string>> {
  const folders = new Map<string, string>()
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    const real = await realpath(folder).catch(() => {
      // The dataset was made from it once; now it is gone, and so is what could be overwritten.
      return folder
    })
    folders.set(folder, real)
  }
  return new Set(paths.map((path) => join(folders.get(dirname(path))!, basename(path)).toLowerCase()))
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  }
}
