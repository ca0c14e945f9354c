import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'

/** Something that is wrong in a library. */
export interface Finding {
  /** Absolute. */
  readonly path: string
  /** `damaged`: something is lost or cannot be used; `note`: worth knowing, and nothing has to be done. */
  readonly level: 'damaged' | 'note'
  /** Sentences: what is wrong, and what to do where it cannot be repaired. */
  readonly problem: string
  /** Makes it right without removing anything that a person has; resolves to a sentence that says how. */
  readonly repair?: () => Promise<string>
}

export const damaged = (path: string, error: unknown): Finding => ({
  path,
  level: 'damaged',
  problem: (error as Error).message,
})

/** Gives it a name that nothing reads. @returns the new path */
export async function putAside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const aside = n === 1 ? `${path}.damaged` : `${path}.damaged-${n}`
    if (existsSync(aside)) continue
    await rename(path, aside)
    return aside
  }
}
