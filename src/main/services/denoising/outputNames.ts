import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'

/** Two names are the same file on a disk that does not tell `A` from `a`. */
const asKey = (name: string) => name.normalize('NFC').toLowerCase()

/**
 * Paths for results within a folder, in the subfolders that the originals are in, each given once: a/cat.jpg, then
 * a/cat-2.jpg.
 */
export class OutputNames {
  private readonly taken = new Set<string>()

  /** @param extension in place of the path's own, with its dot; null keeps that */
  next(path: string, extension: string | null): string {
    const own = extname(path)
    const stem = path.slice(0, path.length - own.length)
    const ending = extension ?? own
    let name = stem + ending
    for (let number = 2; this.taken.has(asKey(name)); number++) name = `${stem}-${number}${ending}`
    this.taken.add(asKey(name))
    return name
  }
}

/**
 * @throws ExpectedError when a file is there that is not to be replaced, and always when it is one of the originals
 */
export async function checkOutputs(
  files: readonly string[],
  originals: readonly string[],
  overwrite: boolean,
): Promise<void> {
  const present = files.filter((path) => existsSync(path))
  if (present.length === 0) return
  const sources = new Set(await Promise.all(originals.map(realPath)))
  for (const path of present)
    if (sources.has(await realPath(path)))
      throw new ExpectedError(
        'bad-input',
        `${path} is one of the images that are read, and would be overwritten. Choose another folder for --out.`,
      )
  if (overwrite) return
  const more = present.length > 1 ? ` and ${present.length - 1} more of the files to be written` : ''
  throw new ExpectedError(
    'bad-input',
    `${present[0]}${more} ${present.length > 1 ? 'are' : 'is'} there already. Choose another folder for --out, or replace them with --overwrite.`,
  )
}

/** The file's own name is kept: on some disks a link is as good as the file. */
async function realPath(path: string): Promise<string> {
  const whole = await realpath(path).catch(() => path)
  return asKey(join(await realpath(dirname(whole)).catch(() => dirname(whole)), basename(whole)))
}
