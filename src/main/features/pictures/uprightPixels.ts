import type { RawImage } from './pixels'

/** Turns pixels upright. @param orientation 1..8, as EXIF and TIFF count */
export function uprightPixels({ data, width, height, channels }: RawImage, orientation: number): RawImage {
  if (orientation <= 1 || orientation > 8) return { data, width, height, channels }
  const isTurned = orientation >= 5
  const [columns, rows] = isTurned ? [height, width] : [width, height]
  const isMirroredAcross = [2, 3, 7, 8].includes(orientation)
  const isMirroredDown = [3, 4, 6, 7].includes(orientation)
  const turned = new Uint8Array(data.length)
  for (let y = 0, to = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const [across, down] = isTurned ? [y, x] : [x, y]
      const from =
        ((isMirroredDown ? height - 1 - down : down) * width +
          (isMirroredAcross ? width - 1 - across : across)) *
        channels
      for (let c = 0; c < channels; c++, to++) turned[to] = data[from + c]!
    }
  return { data: turned, width: columns, height: rows, channels }
}
