import { wholeMix } from '../../../shared/mixPixels'
import { isSameScale } from '../pictures/pictureScale'
import { restoreEntry, type RestoredEntry } from './damage/restoreEntry'
import { denoisePicture, type PictureWork } from './denoisePicture'
import { keyOf } from './nextWork'
import type { Opened } from './pictureReader'
import type { QueueEntry } from './queueEntry'
import type { SaveDependencies } from './saveQueue'
import { isSame } from './savedResults'

export interface QueuedWork
  extends PictureWork, Pick<SaveDependencies, 'modelFor' | 'target' | 'looked' | 'mended'> {
  readonly signal: AbortSignal
  /** Of the processor; undefined for what a runtime takes by itself. */
  readonly threads: number | undefined
}

/** A picture of the queue through its model, as it is set. @throws ExpectedError, CancelledError */
export async function restoreQueued(
  entry: QueueEntry,
  opened: Opened,
  work: QueuedWork,
): Promise<RestoredEntry> {
  const { modelFor, target, mended, client, signal, onProgress } = work
  const { controls, id } = entry
  const model = await modelFor(controls, opened.picture)
  if (controls.kind === 'noise') return denoise(entry, opened, model, work)
  const seen = mended(id, controls, model)
  return restoreEntry(entry, opened, { client, signal, onProgress, model, mended: seen, ...target() })
}

async function denoise(
  { controls, id, mask, stamp }: QueueEntry,
  { picture, noise }: Opened,
  model: Awaited<ReturnType<QueuedWork['modelFor']>>,
  { target, looked, threads, ...work }: QueuedWork,
): Promise<RestoredEntry> {
  const sigma = controls.sigma === 'auto' ? null : controls.sigma
  const asked = { sigma, strength: controls.strength, color: controls.color, detail: controls.detail }
  const shown = looked(id)
  const isShown =
    picture.pages === 1 &&
    isSameScale(picture, shown?.picture) &&
    shown?.restoration.isComplete &&
    shown.restoration.isFor(keyOf({ model, ...asked })) &&
    isSame(stamp, { bytes: shown.image.bytes, modifiedMs: shown.image.modifiedMs })
  const restored = isShown ? shown.restoration.pixels : undefined
  const settings = {
    ...target(),
    ...wholeMix,
    ...asked,
    mask,
    tile: null,
    threads,
    restored,
    noise: noise?.(),
  }
  return { picture, result: await denoisePicture(picture, model, settings, work) }
}
