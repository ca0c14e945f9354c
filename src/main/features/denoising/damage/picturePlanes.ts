import { whiteOf as whiteOfData } from '../../../engine/imaging/pixelValues'
import type { Picture } from '../../pictures/readPicture'

/** Colours of a picture, one plane after the other, where 1 is white. Alpha is left out. */
export interface Split {
  readonly height: number
  readonly width: number
  readonly planes: number
  readonly data: Float32Array
}

export const whiteOf = ({ pixels }: Pick<Picture, 'pixels'>): number => whiteOfData({ data: pixels })

/** To a value that a file holds. */
export const clamp = (value: number, white: number): number => Math.round(Math.min(white, Math.max(0, value)))

export function planesOf(picture: Picture): Split {
  const { pixels, height, width, channels } = picture
  const white = whiteOf(picture)
  const planes = channels < 3 ? 1 : 3
  const size = height * width
  const data = new Float32Array(planes * size)
  for (let plane = 0; plane < planes; plane++)
    for (let i = 0; i < size; i++) data[plane * size + i] = pixels[i * channels + plane]! / white
  return { height, width, planes, data }
}

/** Y of BT.601, as JPEG files have it. */
export function brightnessOf(picture: Picture): Float32Array {
  return brightnessOfPlanes(planesOf(picture))
}

/** The same of planes that are there already. */
export function brightnessOfPlanes({ planes, data, height, width }: Split): Float32Array {
  if (planes === 1) return data
  const size = height * width
  return Float32Array.from(
    { length: size },
    (_, i) => 0.299 * data[i]! + 0.587 * data[size + i]! + 0.114 * data[2 * size + i]!,
  )
}

/** The picture's pixels with each value of a colour made anew, on the scale where 1 is white. */
export function joined(
  picture: Picture,
  { planes, height, width }: Split,
  restored: Float32Array,
  change: (value: number, restored: number, at: number) => number,
): Picture['pixels'] {
  const { pixels, channels } = picture
  const white = whiteOf(picture)
  const size = height * width
  return pixels.map((value, i) => {
    const plane = i % channels
    if (plane >= planes) return value
    const at = Math.floor(i / channels)
    const made = white * change(value / white, restored[plane * size + at]!, at)
    return clamp(made, white)
  })
}
