import type { PixelData } from './tasks/denoisingTasks'
import { Cells, draftSide } from './cells'
import type { LevelImage } from './pictureLevels'
import { blank } from './sharedPixels'

/**
 * What a model makes of a picture as it is at one of its levels: of a picture at a half of its size nearly what is seen of
 * what it makes of the picture itself, in a quarter of the time (docs/decisions.md). At level 0 it is the same.
 */
export class Draft extends Cells {
  /** Shared memory, as many pixels as the level has. */
  readonly result: PixelData

  constructor(
    readonly level: number,
    readonly image: LevelImage,
  ) {
    super(image, draftSide)
    this.result = blank(image.pixels)
  }
}
