import type { ImageSet } from './imageSet'
import { maskOf, readMask } from './mvtec'

/** Masks of images that are looked at, at most: all their pixels are sorted together. */
const mostPixels = 5e7

/**
 * For each image where it is damaged, height × width; zeros where it has no mask. Null where no image has one, or where there
 * are too many for figures of their pixels.
 */
export async function readMasks(images: ImageSet, signal?: AbortSignal): Promise<Uint8Array[] | null> {
  const pixels = images.input.width * images.input.height
  if (images.files.length * pixels > mostPixels) return null
  const paths = images.files.map(maskOf)
  if (paths.every((path) => path === null)) return null
  const masks: Uint8Array[] = []
  for (const path of paths) {
    signal?.throwIfAborted()
    // A mask that cannot be read counts as none, as an image that cannot is left out.
    masks.push(
      path === null
        ? new Uint8Array(pixels)
        : await readMask(path, images.input).catch(() => new Uint8Array(pixels)),
    )
  }
  return masks
}
