import type { DenoiseControls } from '../../../../shared/api/denoising'
import type { RestoredKind } from '../../../../shared/damage'
import type { StrengthMask } from '../../../../shared/strengthMask'
import type { ComputeClient } from '../../../worker/computeClient'
import type { PreparedImage } from '../../pictures/prepareImage'
import type { Picture } from '../../pictures/readPicture'
import { holesOfPixels, pixelsOfHoles } from './holesMask'
import { knownOrSeenQuality } from './jpegQuality'
import { checkRestorable, type Damage } from './restoreKind'
import { type Mask, maskOfScratches } from './restorePicture'

export type DamageControls = Pick<DenoiseControls, 'jpegQuality' | 'findsScratches'> & {
  readonly kind: RestoredKind
}

/**
 * The damage of a picture as it is set in the window.
 *
 * @param holes painted over it, upright; null where nothing is
 * @throws ExpectedError for a picture that cannot be restored in this way
 */
export async function damageOf(
  image: PreparedImage,
  picture: Picture,
  { kind, jpegQuality: asked, findsScratches }: DamageControls,
  holes: StrengthMask | null,
  client: ComputeClient,
): Promise<Damage> {
  checkRestorable(kind, picture)
  if (kind === 'jpeg') {
    const known = asked === 'auto' ? null : asked
    return { kind, quality: await knownOrSeenQuality(known, client, image, picture) }
  }
  if (kind !== 'holes') return { kind }
  const { width, height, orientation } = picture
  const wanted = holes ?? (findsScratches ? await scratchesIn(picture, client) : null)
  const mask = wanted && pixelsOfHoles(wanted, { width, height }, orientation)
  return { kind, mask: mask ?? new Uint8Array(width * height) }
}

/** What looks like a scratch, as a person could have painted it; null where nothing does. */
export async function scratchesIn(picture: Picture, client: ComputeClient): Promise<StrengthMask | null> {
  const { width, height, orientation } = picture
  return holesOfPixels(await maskOfScratches(picture, { client }), { width, height }, orientation)
}

/** Share of the pixels that a mask fills, 0..1. */
export const filledShare = (mask: Mask): number =>
  mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / mask.length
