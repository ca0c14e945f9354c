import { basename, dirname, extname, join } from 'node:path'
import type { DenoiseOutput } from '../../../shared/api/denoising'
import { asKey } from '../models/imageNames'
import { type SavedResults, type Stamp, stampOf } from './savedResults'
import { newExtension, type WrittenPicture } from '../pictures/writePicture'
import { sentence } from '../../../shared/texts/sentence'

export interface ResultRequest {
  readonly original: string
  readonly stamp: Stamp
  readonly picture: WrittenPicture
  /** What was set, to know it again. */
  readonly settings: string
  readonly output: Pick<DenoiseOutput, 'pattern' | 'format' | 'replaceOriginals'>
  /** Absolute path; null for the original's own. */
  readonly folder: string | null
  /** Makes it once more where it is done. */
  readonly again: boolean
}

export type ResultPlace =
  | { readonly kind: 'write'; readonly path: string }
  /** It is there already, just so. */
  | { readonly kind: 'done'; readonly path: string; readonly isUnchanged: boolean }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Where a result goes: never over a file that this did not write for the same original, unless originals are to be
 * replaced. What is taken becomes name-2, name-3 …
 *
 * @param taken keys of paths that are being written
 */
export async function placeResult(
  request: ResultRequest,
  results: SavedResults,
  taken: ReadonlySet<string>,
): Promise<ResultPlace> {
  const { original, picture, output, folder, stamp, settings, again } = request
  const extension = newExtension(picture, { ...output, quality: null, note: null })
  if (output.replaceOriginals) return placeInstead(request, extension, results)
  const ending = extension ?? extname(original)
  const stem = output.pattern.replaceAll('{name}', () => basename(original, extname(original)))
  for (let number = 1; ; number++) {
    const path = join(
      folder ?? dirname(original),
      number === 1 ? stem + ending : `${stem}-${number}${ending}`,
    )
    if (taken.has(asKey(path))) continue
    const done = await results.find(original, stamp, settings, path)
    if (done)
      return again ? { kind: 'write', path } : { kind: 'done', path, isUnchanged: done.isUnchanged ?? false }
    if ((await stampOf(path)) === null || (await results.isOwn(path, original)))
      return { kind: 'write', path }
  }
}

async function placeInstead(
  { original, again }: ResultRequest,
  extension: string | null,
  results: SavedResults,
): Promise<ResultPlace> {
  if (extension !== null)
    return {
      kind: 'refused',
      reason: sentence('denoising.otherFormatBeside'),
    }
  const isResult = await results.isOwn(original, null)
  return isResult && !again
    ? { kind: 'done', path: original, isUnchanged: false }
    : { kind: 'write', path: original }
}

/** Where results go that are being made: no two get the same place. */
export class TakenPlaces {
  private readonly taken = new Set<string>()
  /** One after the other. */
  private placing: Promise<unknown> = Promise.resolve()

  constructor(private readonly results: SavedResults) {}

  /** A place to be written is taken from then on. */
  find(request: ResultRequest): Promise<ResultPlace> {
    const find = async () => {
      const place = await placeResult(request, this.results, this.taken)
      if (place.kind === 'write') this.taken.add(asKey(place.path))
      return place
    }
    const found = this.placing.then(find)
    this.placing = found.catch(() => undefined)
    return found
  }

  /** It is written, or will not be. */
  free(path: string): void {
    this.taken.delete(asKey(path))
  }
}
