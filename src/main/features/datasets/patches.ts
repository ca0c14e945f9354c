import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { Preprocessing } from '../../../shared/dataset'
import type { Pixels } from '../pictures/pixels'
import { randomFor } from './seededRandom'
import { UnusableImage } from '../pictures/unusableImage'
import { sentence } from '../../../shared/texts/sentence'

/** The top left corner of a patch. */
export interface Corner {
  left: number
  top: number
}

/**
 * Where patches are cut out of an image: on a grid from the top left, or at random places that depend on the seed and
 * the image's path only, so that other images do not move them.
 * @throws UnusableImage when the image is smaller than a patch
 */
export function* patchCorners(
  image: { width: number; height: number },
  path: string,
  { patches, width, height, seed }: Preprocessing,
): Generator<Corner, void, undefined> {
  const right = image.width - width
  const bottom = image.height - height
  if (right < 0 || bottom < 0) {
    const sizes = { width: image.width, height: image.height, patchWidth: width, patchHeight: height }
    throw new UnusableImage(sentence('pictures.smallerThanPatch', sizes))
  }
  if (patches?.mode === 'random') {
    const random = randomFor(seed, path)
    for (let i = 0; i < patches.count; i++) {
      yield { left: uniformInt(random, 0, right), top: uniformInt(random, 0, bottom) }
    }
    return
  }
  for (let top = 0; top <= bottom; top += height) {
    for (let left = 0; left <= right; left += width) yield { left, top }
  }
}

/** Copies a patch of width × height pixels to `into`. */
export function cutPatch(
  image: Pixels,
  { left, top }: Corner,
  { width, height }: { width: number; height: number },
  into: Uint8Array,
): void {
  const channels = into.byteLength / (width * height)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels
    into.set(image.data.subarray(from, from + width * channels), y * width * channels)
  }
}
