import type { AnomalyView } from '../../../../shared/anomalies'
import { sharp } from '../../../base/sharp'

/** Pixels of the shorter side of each part, at least. */
const leastSide = 128
const gap = 4
/** From here on heat is seen; at 0.5 a place is as odd as the threshold. */
const seenFrom = 0.25
const strongest = 0.75

/** Colours of heat: dark violet, red, orange, light yellow. */
const colors = [
  [59, 15, 112],
  [158, 47, 127],
  [222, 73, 104],
  [254, 159, 109],
  [252, 253, 191],
] as const

/** The image, what the network makes of it, and heat laid over it, side by side as a PNG. */
export async function heatPicture(view: AnomalyView): Promise<Buffer> {
  const { width, height } = view
  const scale = Math.max(1, Math.ceil(leastSide / Math.min(width, height)))
  const full = 3 * width + 2 * Math.ceil(gap / scale)
  const pixels = new Uint8Array(full * height * 3).fill(255)
  const step = width + Math.ceil(gap / scale)
  put(pixels, full, 0, width, height, colorOf(view, view.original))
  put(pixels, full, step, width, height, colorOf(view, view.reconstruction))
  put(pixels, full, 2 * step, width, height, heated(view))
  return sharp(pixels, { raw: { width: full, height, channels: 3 } })
    .resize(full * scale, height * scale, { kernel: 'nearest' })
    .png()
    .toBuffer()
}

/** The image with heat over it: height × width × 3 bytes. */
export function heated(view: AnomalyView): Uint8Array {
  const under = colorOf(view, view.original)
  const out = new Uint8Array(under.length)
  for (let i = 0; i < view.heat.length; i++) {
    const heat = view.heat[i]!
    const share = strongest * Math.min(1, Math.max(0, (heat - seenFrom) / (1 - seenFrom)))
    const color = colorAt(heat)
    for (let c = 0; c < 3; c++)
      out[i * 3 + c] = Math.round(under[i * 3 + c]! * (1 - share) + color[c]! * share)
  }
  return out
}

function colorAt(heat: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, heat)) * (colors.length - 1)
  const low = Math.min(colors.length - 2, Math.floor(place))
  const mixed = (c: 0 | 1 | 2) => colors[low]![c] + (colors[low + 1]![c] - colors[low]![c]) * (place - low)
  return [mixed(0), mixed(1), mixed(2)]
}

function colorOf({ width, height, channels }: AnomalyView, pixels: Uint8Array): Uint8Array {
  if (channels === 3) return pixels
  const out = new Uint8Array(width * height * 3)
  for (let i = 0; i < out.length; i++) out[i] = pixels[Math.floor(i / 3)]!
  return out
}

function put(
  into: Uint8Array,
  full: number,
  left: number,
  width: number,
  height: number,
  part: Uint8Array,
): void {
  for (let y = 0; y < height; y++)
    into.set(part.subarray(y * width * 3, (y + 1) * width * 3), (y * full + left) * 3)
}
