import type { ComputeClient } from '../../../worker/computeClient'
import type { ComputeTarget } from '../../../worker/protocol'
import { copyOf, type DenoisedPicture } from '../denoisePicture'
import type { DenoisingModel } from '../denoisingModels'
import { noRepairs } from '../foundRepairs'
import type { Opened } from '../pictureReader'
import type { QueueEntry } from '../queueEntry'
import { isSameScale } from '../../pictures/pictureScale'
import type { Picture } from '../../pictures/readPicture'
import { isSame } from '../savedResults'
import { damageOf, filledShare } from './damageOf'
import { isDamage } from './damageInspector'
import type { Mended } from './mender'
import { restoreKind, roomFor } from './restoreKind'

export interface EntryWork extends ComputeTarget {
  readonly client: ComputeClient
  readonly signal: AbortSignal
  readonly onProgress: (share: number) => void
  readonly model: DenoisingModel
  /** What was made of it in just this way while it was looked at. */
  readonly mended: Mended | null
}

/** A picture of the queue without its damage. The result may be larger than the picture. */
export interface RestoredEntry {
  readonly picture: Picture
  readonly result: DenoisedPicture
}

/** @throws ExpectedError, CancelledError */
export async function restoreEntry(
  { controls, mask, stamp }: QueueEntry,
  { image, picture }: Opened,
  { model, mended, client, ...work }: EntryWork,
): Promise<RestoredEntry> {
  if (!isDamage(controls)) throw new Error('Noise is taken out by denoisePicture.')
  const resultOf = (restored: Picture, isChanged: boolean): RestoredEntry => ({
    picture: restored,
    result: {
      pixels: restored.pixels,
      sigma: null,
      noise: null,
      repairs: noRepairs,
      tile: isChanged ? 0 : null,
    },
  })
  const damage = await damageOf(image, picture, controls, mask, client)
  if (damage.kind === 'holes' && filledShare(damage.mask) === 0) return resultOf(picture, false)
  const seen = mended?.loaded
  const isSeen =
    seen &&
    isSameScale(picture, seen.picture) &&
    isSame(stamp, { bytes: seen.image.bytes, modifiedMs: seen.image.modifiedMs })
  if (isSeen) {
    const { pixels, levels } = mended.restoration
    return resultOf(
      { ...picture, ...levels.size, pixels: copyOf(pixels), extra: extraOf(picture, mended) },
      true,
    )
  }
  const { files, trained } = model
  const how = { client, tile: null, quality: controls.quality, ...work }
  const room = { pixels: roomFor(damage.kind, picture) }
  return resultOf(await restoreKind(picture, damage, { files, trained }, room, how), true)
}

/** What lies beside the colours has the size of the original. */
const extraOf = ({ extra }: Picture, { times }: Mended) => (times === 1 ? extra : undefined)
