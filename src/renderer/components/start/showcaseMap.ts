import type { Showcase } from '../../../shared/api/showcase'

/** Draws every image where the trained network puts it, in the colour of its label. The canvas has its size already. */
export function drawShowcaseMap(canvas: HTMLCanvasElement, { images, labels, map }: Showcase): void {
  const { width: side, height } = images
  const context = canvas.getContext('2d')!
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.globalCompositeOperation = 'lighter'
  const tile = new OffscreenCanvas(side, height)
  const tileContext = tile.getContext('2d')!
  const names = [...new Set(labels)]
  const shown = Math.round(canvas.height / 17)
  for (let i = 0; i < images.count; i++) {
    const [red, green, blue] = colourOf(names.indexOf(labels[i]!) / names.length)
    const pixels = tileContext.createImageData(side, height)
    for (let at = 0; at < side * height; at++) {
      // The ink is opaque and the dark ground is not, so that neighbours do not cover each other.
      pixels.data.set([red, green, blue, images.data[i * side * height + at]!], at * 4)
    }
    tileContext.putImageData(pixels, 0, 0)
    const x = map[i * 2]! * (canvas.width - shown)
    const y = map[i * 2 + 1]! * (canvas.height - shown)
    context.drawImage(tile, x, y, shown, shown)
  }
}

/** A light colour for a share 0..1 of the circle of hues. */
export function colourOf(share: number): [number, number, number] {
  const channel = (shift: number) => {
    const k = (shift + share * 12) % 12
    return Math.round(255 * (0.68 - 0.32 * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [channel(0), channel(8), channel(4)]
}

/** A curve as the points of an SVG polyline, 0..100 × 0..100, the logarithm of the values upwards. */
export function curvePoints(values: readonly number[], slots: number): string {
  if (values.length === 0) return ''
  const logs = values.map((value) => Math.log(Math.max(value, 1e-6)))
  const high = Math.max(...logs)
  const low = Math.min(...logs, high - 1)
  const x = (i: number) => (100 * i) / Math.max(slots - 1, values.length - 1, 1)
  const y = (log: number) => 4 + (92 * (high - log)) / (high - low)
  return logs.map((log, i) => `${x(i).toFixed(2)},${y(log).toFixed(2)}`).join(' ')
}
