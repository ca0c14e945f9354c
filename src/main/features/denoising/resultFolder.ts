import type { Place } from '../../../shared/api/places'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { isInside } from '../../store/isInside'
import type { PlaceRegistry } from '../../base/placeRegistry'
import type { DenoiseMemory } from './denoiseMemory'

export interface ResultFolderDependencies {
  readonly memory: DenoiseMemory
  readonly places: PlaceRegistry
  /** Folders that this app may show; empty where it may show all. Absolute paths. */
  readonly roots: readonly string[]
}

/** The folder that results go into, kept until another one is chosen, also when the app starts again. */
export class ResultFolder {
  private constructor(
    private readonly deps: ResultFolderDependencies,
    private place: Place | null,
  ) {}

  /** A folder that is gone meanwhile, or that this app may not show, is forgotten. */
  static async open(deps: ResultFolderDependencies): Promise<ResultFolder> {
    const { memory } = deps
    const place = memory.folder === null ? null : await known(memory.folder, deps)
    return new ResultFolder(deps, place)
  }

  get current(): Place | null {
    return this.place
  }

  /** @param place null for the folder that each original is in. @throws ExpectedError */
  async set(place: string | null): Promise<void> {
    const { memory, places } = this.deps
    const path = place === null ? null : places.resolve(place)
    const found = path === null ? null : await places.add(path)
    if (found && found.kind !== 'folder')
      throw new ExpectedError('bad-input', sentence('denoising.noFolder', { name: found.name }))
    this.place = found
    await memory.setFolder(path)
  }
}

async function known(path: string, { places, roots }: ResultFolderDependencies): Promise<Place | null> {
  try {
    const place = await places.add(path)
    const real = places.resolve(place.place)
    const shown = await Promise.all(roots.map(async (root) => places.resolve((await places.add(root)).place)))
    const mayShow = roots.length === 0 || shown.some((root) => isInside(real, root))
    return place.kind === 'folder' && mayShow ? place : null
  } catch {
    return null // It was removed, or lies on a drive that is not connected.
  }
}
