import type { ChangedPart } from '../../../shared/api/denoising'
import type { Region } from '../../../shared/region'
import type { LoadedPicture } from './loadedPicture'
import { isForMore, readyForMore } from './strongerWork'
import type { Look } from './nextWork'
import { uprightRegion } from './pictureLevels'
import { atLevel, overlap } from './regions'
import type { Restoration } from './restoration'

/**
 * What has changed of a part of the upright picture at a level.
 *
 * @param regions of the picture as it is stored, at level 0
 */
export function changedParts(
  loaded: LoadedPicture,
  restoration: Restoration,
  regions: readonly Region[],
  { level, part }: { readonly level: number; readonly part: Region },
): ChangedPart[] {
  const { picture, size } = loaded
  return regions.flatMap((region): ChangedPart[] => {
    const upright = uprightRegion(picture.orientation, size, region)
    const seen = overlap(atLevel(upright, level), part)
    if (!seen) return []
    const block = loaded.onScreen(restoration.levels.block(level, seen))
    return [{ left: seen.left - part.left, top: seen.top - part.top, block }]
  })
}

/** How much is there of what is looked at, and of the whole picture; 0 where the model cannot do it. */
export function readyShares(
  look: Look | null,
  restoration: Restoration,
): { ready: number; readyOfAll: number } {
  if (!look) return { ready: 0, readyOfAll: 0 }
  const whole = { left: 0, top: 0, ...look.picture.size }
  return isForMore(look)
    ? { ready: readyForMore(look, look.visible), readyOfAll: readyForMore(look, whole) }
    : { ready: restoration.readyShare(look.visible), readyOfAll: restoration.share }
}
