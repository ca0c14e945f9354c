import { readdir } from 'node:fs/promises'
import { explainFileError } from './fileErrors'

/** Names that nothing in a folder has yet, each given once. */
export class FreeNames {
  private constructor(private readonly taken: Set<string>) {}

  /** @throws ExpectedError when the folder cannot be read */
  static async in(folder: string): Promise<FreeNames> {
    const names = await readdir(folder).catch((error: unknown) => {
      throw explainFileError(error, folder)
    })
    return new FreeNames(new Set(names.map((name) => name.toLowerCase())))
  }

  /** Where nothing is named yet. */
  static none(): FreeNames {
    return new FreeNames(new Set())
  }

  /** `name + extension`, or with -2, -3, … where that is taken. */
  take(name: string, extension = ''): string {
    for (let n = 1; ; n++) {
      const candidate = `${name}${n === 1 ? '' : `-${n}`}${extension}`
      // Some file systems do not tell capitals from small letters.
      if (this.taken.has(candidate.toLowerCase())) continue
      this.taken.add(candidate.toLowerCase())
      return candidate
    }
  }
}
