import type { DenoiseBatch, DenoisePicture } from '../../../shared/api/denoising'

/** What became of pictures that were saved together: how many of each kind, those that there are. */
export function endings({ done, unchanged, skipped, failed }: DenoiseBatch) {
  const counts = [
    { key: 'saved', n: done - unchanged - skipped },
    { key: 'unchanged', n: unchanged },
    { key: 'skipped', n: skipped },
    { key: 'failed', n: failed },
  ] as const
  return counts.filter(({ n }) => n > 0)
}

type Translate = (key: string, named: { n: number }, plural: number) => string

/** "24 saved, 3 had nothing to remove" */
export const endingWords = (batch: DenoiseBatch, t: Translate): string =>
  endings(batch)
    .map(({ key, n }) => t(`denoise.ended.${key}`, { n }, n))
    .join(', ')

/** What a picture's place in the film says: its state, or that it has been seen clean. */
export const frameState = ({ state }: DenoisePicture, isClean: boolean) =>
  state === 'ready' && isClean ? 'clean' : state
export type FrameState = ReturnType<typeof frameState>
