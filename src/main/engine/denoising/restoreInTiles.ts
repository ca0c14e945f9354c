import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { RestoreOptions, Restorer } from './restorer'
import type { TiledImage } from './tiledImage'

export interface TileOptions extends RestoreOptions {
  /** The least height and width of a tile. */
  readonly smallest: number
  readonly create: (tile: number) => Restorer
  /** The memory was not enough, and the work begins again with tiles of half the side. */
  readonly onSmallerTile?: (tile: number) => void
}

/**
 * Restores an image, in tiles of half the height and width as often as the memory turns out too small.
 *
 * @param first is tried before any other; it is disposed of where its tiles are too large
 * @returns the restorer that could do it, for the next image
 * @throws ExpectedError `bad-input` when even the smallest tiles are too large
 */
export async function restoreInTiles(
  image: TiledImage,
  first: Restorer,
  options: TileOptions,
): Promise<Restorer> {
  const { smallest, create, onSmallerTile, ...restoring } = options
  for (let restorer = first; ;) {
    try {
      await restorer.restore(image, restoring)
      return restorer
    } catch (error) {
      await restorer.dispose()
      if (!isOutOfMemory(error)) throw error
      if (restorer.tile <= smallest)
        throw new ExpectedError('bad-input', sentence('denoising.notEnoughMemory'), { cause: error })
      const tile = Math.max(smallest, Math.floor(restorer.tile / 2))
      restorer = create(tile)
      onSmallerTile?.(tile)
    }
  }
}

/** How TensorFlow, ONNX Runtime, and JavaScript say that there is no more memory, on the processor or a GPU. */
const signs =
  /out of memory|\bOOM\b|RESOURCE_?EXHAUSTED|bad_?alloc|failed to allocate|allocation failed|could not allocate|ERR_MEMORY_ALLOCATION/i

export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  return signs.test(`${error.message} ${typeof code === 'string' ? code : ''}`)
}
