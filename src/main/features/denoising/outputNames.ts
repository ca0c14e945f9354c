import { basename, dirname, extname, join } from 'node:path'
import { checkNames, type OutputRules } from '../../store/outputFolder'
import { asKey } from '../models/imageNames'

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

/** Checks names in a folder and its subfolders. @throws ExpectedError when a file would be overwritten that is not to be */
export async function checkOutputs(out: string, names: readonly string[], rules: OutputRules): Promise<void> {
  const byFolder = new Map<string, string[]>()
  for (const name of names) {
    const folder = join(out, dirname(name))
    const inside = byFolder.get(folder)
    if (inside) inside.push(basename(name))
    else byFolder.set(folder, [basename(name)])
  }
  for (const [folder, inside] of byFolder) await checkNames(folder, inside, rules)
}
