import { basename } from 'node:path'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { findImages } from '../datasets/findImages'
import { sceneOf } from '../datasets/sceneOf'

/** A noisy picture and the clean one of the same scene. Absolute paths. */
export interface PicturePair {
  readonly name: string
  readonly noisy: string
  readonly clean: string
}

/**
 * Noisy pictures beside clean ones of the same name, or of names that differ only in such a word as noisy and clean.
 *
 * @throws ExpectedError `bad-input` where there is not a single pair
 */
export async function findPairs(
  noisy: readonly string[],
  clean: string,
  signal?: AbortSignal,
): Promise<{ pairs: PicturePair[]; skipped: Skipped[] }> {
  const found = await findImages([...noisy], { labels: 'none', signal })
  const others = await findImages([clean], { labels: 'none', signal })
  const given = new Set(found.images.flatMap((image) => (image.kind === 'file' ? image.absolute : [])))
  const byScene = new Map<string, string>()
  for (const image of others.images)
    if (image.kind === 'file' && !given.has(image.absolute))
      byScene.set(sceneOf(basename(image.absolute)), image.absolute)
  const skipped: Skipped[] = [...found.skipped]
  const pairs = found.images.flatMap((image): PicturePair[] => {
    if (image.kind !== 'file') return []
    const match = byScene.get(sceneOf(basename(image.absolute)))
    if (match) return [{ name: image.path, noisy: image.absolute, clean: match }]
    skipped.push({ path: image.path, reason: `There is no clean picture of its name in ${clean}.` })
    return []
  })
  if (pairs.length > 0) return { pairs, skipped }
  throw new ExpectedError('bad-input', sentence('denoising.noCleanOfSameName', { clean }))
}
