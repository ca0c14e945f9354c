import type { Pixels } from './pixels'

/** Bytes of one pixel: one for grey, three for rgb. */
export type Color = readonly number[]

/** `#rrggbb` as the pixel it makes in a grey or an rgb dataset. */
export function parseColor(text: string, color: 'grey' | 'rgb'): Color {
  const rgb = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16))
  return color === 'rgb' ? rgb : [greyOf(rgb)]
}

/** The luminance, summed in linear light and brought back to sRGB (IEC 61966-2-1), as the decoder does for pixels. */
function greyOf(rgb: number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((byte) => {
    const v = byte / 255
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  })
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return Math.round(255 * (y <= 0.0031308 ? y * 12.92 : 1.055 * y ** (1 / 2.4) - 0.055))
}

/** Red, green, blue and alpha (not premultiplied) become red, green and blue over the colour. */
export function flattenOnto(background: Color, rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]! / 255
    for (let c = 0; c < 3; c++)
      rgb[to + c] = Math.round(rgba[from + c]! * alpha + background[c]! * (1 - alpha))
  }
  return rgb
}

/** The pixels in the middle of a larger field of the colour. */
export function placeOnto(background: Color, pixels: Pixels, width: number, height: number): Pixels {
  if (pixels.width === width && pixels.height === height) return pixels
  const channels = background.length
  const data = new Uint8Array(width * height * channels)
  for (let i = 0; i < data.length; i++) data[i] = background[i % channels]!
  const left = (width - pixels.width) >> 1
  const top = (height - pixels.height) >> 1
  const rowBytes = pixels.width * channels
  for (let y = 0; y < pixels.height; y++) {
    data.set(pixels.data.subarray(y * rowBytes, (y + 1) * rowBytes), ((top + y) * width + left) * channels)
  }
  return { data, width, height }
}
