import type { Planes } from './planeTiles'
import { bicubic, resize } from './resample'

/**
 * Moves an enlarged image, in place, such that it is the small one again when it is made smaller (Irani & Peleg 1991): adds what
 * is missing, enlarged.
 *
 * @param small the planes of the small image, planes × height × width, of one channel each
 */
export function takeBack(
  { planes, height, width, data }: Planes,
  small: { readonly height: number; readonly width: number; readonly data: Float32Array },
): void {
  const size = height * width
  const smallSize = small.height * small.width
  for (let plane = 0; plane < planes; plane++) {
    const own = data.subarray(plane * size, (plane + 1) * size)
    const made = resize({ height, width, data: own }, small.height, small.width, bicubic).data
    const missing = made.map((value, i) => small.data[plane * smallSize + i]! - value)
    const error = resize({ ...small, data: missing }, height, width, bicubic).data
    for (let i = 0; i < size; i++) own[i] = own[i]! + error[i]!
  }
}
