import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ExpectedError } from '../../shared/errors'
import { isInside } from '../store/isInside'
import { sentence } from '../../shared/texts/sentence'

export const leadsOut = sentence('base.leadsOut')

/**
 * The folders that a window may have read and written. Paths are looked at when they are used, links and all: what was
 * within them when it was chosen may have been replaced since by a link that leads out.
 */
export class Fence {
  /** Real paths; null where everything is allowed. */
  private readonly roots: readonly string[] | null

  /** The same for another thread. */
  get within(): readonly string[] | undefined {
    return this.roots ?? undefined
  }

  /** @param roots absolute paths; none where everything is allowed, as in a shell with dialogs of the system */
  constructor(roots: readonly string[]) {
    this.roots = roots.length === 0 ? null : roots.map((root) => realPlace(root))
  }

  /** The same, and folders where they are now: not where a link leads that stands there. */
  alsoWithin(folders: readonly string[]): Fence {
    const wider = new Fence([])
    return this.roots === null ? this : Object.assign(wider, { roots: [...this.roots, ...folders] })
  }

  /** A path that does not exist yet is where its folder is. */
  allows(path: string): boolean {
    if (this.roots === null) return true
    const real = realPlace(path)
    return this.roots.some((root) => isInside(real, root))
  }

  /** @throws ExpectedError */
  check(path: string): void {
    if (!this.allows(path))
      throw new ExpectedError('no-access', sentence('base.pathAndReason', { path, reason: leadsOut }))
  }
}

/** All are allowed. */
export const noFence = new Fence([])

function realPlace(path: string): string {
  const given = resolve(path)
  for (let at = given; ; at = dirname(at)) {
    try {
      return resolve(realpathSync.native(at), given.slice(at.length).replace(/^[/\\]+/, ''))
    } catch {
      if (dirname(at) === at) return given // Nothing of it is there.
    }
  }
}
