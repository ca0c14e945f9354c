import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Place } from '../../shared/api/places'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { explainFileError } from '../store/fileErrors'

/** Paths that a person has chosen, under handles that say nothing of them. Valid until the app ends. */
export class PlaceRegistry {
  private readonly paths = new Map<string, string>()
  private readonly places = new Map<string, Place>()

  /** The same real path has the same handle. @throws ExpectedError where there is nothing, or nothing that may be read */
  async add(path: string): Promise<Place> {
    const found = await lookAt(path)
    const known = this.places.get(found.path)
    if (known) return known
    const handle = randomBytes(18).toString('base64url')
    const place: Place = { place: handle, name: basename(found.path) || found.path, kind: found.kind }
    this.paths.set(handle, found.path)
    this.places.set(found.path, place)
    return place
  }

  /**
   * Its absolute, real path.
   * @throws ExpectedError when it was not handed out by this registry, or a link stands in its place by now
   */
  resolve(place: string): string {
    const path = this.paths.get(place)
    if (path !== undefined && isStillReal(path)) return path
    if (path !== undefined)
      throw new ExpectedError('no-access', sentence('base.wasReplacedByLink', { file: basename(path) }))
    throw new ExpectedError('not-found', sentence('base.placeNotKnownHere'))
  }
}

function isStillReal(path: string): boolean {
  try {
    return realpathSync.native(path) === path
  } catch {
    return true // It is gone, or may not be read: whoever uses it says so.
  }
}

async function lookAt(path: string): Promise<{ path: string; kind: Place['kind'] }> {
  try {
    const real = await realpath(resolve(path))
    return { path: real, kind: (await stat(real)).isDirectory() ? 'folder' : 'file' }
  } catch (error) {
    throw explainFileError(error, path)
  }
}
