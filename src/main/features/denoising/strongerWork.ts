import type { PixelBlock } from '../../../shared/api/library'
import type { Region } from '../../../shared/region'
import { asksForMore } from '../../../shared/strengthMask'
import type { LoadedPicture } from './loadedPicture'
import { givenTo, type Look, type More, type Work } from './nextWork'
import { uprightRegion } from './pictureLevels'
import { atLevel, overlap } from './regions'

/** A look at what the model makes of the picture with twice as much noise taken away. */
export type LookForMore = Look & { readonly more: More }

export const isForMore = (look: Look): look is LookForMore => look.more !== undefined

const isNeeded =
  ({ picture, more }: LookForMore) =>
  (part: Region) =>
    asksForMore(more.mask, picture.size, part, more.share)

/** What is missing of it, once the picture itself is restored there. */
export function workForMore(look: LookForMore, area: Region): Work | null {
  const { picture, model, sigma, strength } = look
  const { restoration, stronger } = picture
  if (stronger.problem !== null || restoration.readyShare(area) < 1) return null
  const part = stronger.missing(area).find(isNeeded(look))
  if (!part) return null
  const { levels, repairs } = givenTo(look)
  const image = levels.imageAt(0)
  return {
    kind: 'more',
    level: 0,
    image,
    repairs,
    result: stronger.pixels,
    cells: stronger,
    part,
    model,
    sigma,
    strength,
  }
}

/** How much is there of what the mask asks for in an area, 0..1. */
export function readyForMore(look: LookForMore, area: Region): number {
  const { stronger } = look.picture
  const missing = stronger.missing(area).filter(isNeeded(look)).length
  const present = stronger.present(area).filter(isNeeded(look)).length
  return missing === 0 ? 1 : present / (present + missing)
}

/** A part of the upright picture with more taken away, where that is there; elsewhere it is as it is restored. */
export function blockWithMore(
  { restoration, stronger, picture, size }: LoadedPicture,
  level: number,
  part: Region,
  visible: Region,
): PixelBlock {
  const block = restoration.levels.block(level, part)
  for (const cell of stronger.present(visible)) {
    const seen = overlap(atLevel(uprightRegion(picture.orientation, size, cell), level), part)
    if (!seen) continue
    const { data, width, channels } = stronger.levels.block(level, seen)
    for (let y = 0; y < seen.height; y++) {
      const row = data.subarray(y * width * channels, (y + 1) * width * channels)
      const to = (seen.top - part.top + y) * part.width + seen.left - part.left
      block.data.set(row, to * channels)
    }
  }
  return block
}
