/** Words of RGBA bytes, little-endian, as a canvas has them. */
export const wordOf = (red: number, green: number, blue: number): number =>
  (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0

export const cssOf = (word: number): string =>
  `rgb(${word & 0xff} ${(word >> 8) & 0xff} ${(word >> 16) & 0xff})`

/** From #rrggbb, as the tokens of the page are written. */
export function wordOfHex(hex: string): number {
  const [, red, green, blue] = /#(..)(..)(..)/.exec(hex)!
  return wordOf(parseInt(red!, 16), parseInt(green!, 16), parseInt(blue!, 16))
}

/** What is not selected is drawn with three quarters of the ground in it. */
export function steppedBack(colours: Uint32Array, selected: Uint8Array, ground: number): Uint32Array {
  const quarters = ((ground & 0xfcfcfc) >>> 2) * 3
  const stepped = colours.slice()
  // Loops, here and below: with a million points a function for each of them would be felt.
  for (let i = 0; i < stepped.length; i++)
    if (!selected[i]) stepped[i] = 0xff000000 | (((stepped[i]! & 0xfcfcfc) >>> 2) + quarters)
  return stepped
}

/** Of a class: classes lie apart, however many there are. −1 is none. */
export function classColour(index: number, count: number, dark: boolean): number {
  if (index < 0) return dark ? wordOf(96, 96, 104) : wordOf(176, 170, 160)
  const hue = count <= 12 ? (index * 360) / Math.max(1, count) + 38 : index * 137.508
  const lightness = (dark ? 0.66 : 0.46) + (index % 3) * 0.06
  return hsl(hue % 360, 0.62, lightness)
}

/** Viridis (Smith & van der Walt 2015) at eleven places: even to the eye, and for those who see few colours. */
const viridis = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
] as const

/** @param share 0..1 */
export function scaleColour(share: number): number {
  if (!Number.isFinite(share)) return wordOf(128, 128, 128)
  const at = Math.min(1, Math.max(0, share)) * (viridis.length - 1)
  const low = viridis[Math.floor(at)]!
  const high = viridis[Math.min(viridis.length - 1, Math.floor(at) + 1)]!
  const part = at - Math.floor(at)
  const channel = (c: 0 | 1 | 2) => low[c] + (high[c] - low[c]) * part
  return wordOf(channel(0), channel(1), channel(2))
}

/** The colour of each point from its class. */
export function coloursOfClasses(classes: Int32Array, count: number, dark: boolean): Uint32Array {
  const palette = Array.from({ length: count + 1 }, (_, i) => classColour(i - 1, count, dark))
  const colours = new Uint32Array(classes.length)
  for (let i = 0; i < classes.length; i++) colours[i] = palette[classes[i]! + 1]!
  return colours
}

export interface ColourScale {
  readonly low: number
  readonly high: number
}

const mostSorted = 50_000

/** From the first to the last but the outermost hundredth, so that a single one does not take all of the scale. */
export function scaleOf(values: Float32Array): ColourScale {
  const step = Math.max(1, Math.floor(values.length / mostSorted))
  const looked: number[] = []
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) looked.push(values[i]!)
  const sorted = Float32Array.from(looked).sort()
  const cut = Math.floor(sorted.length / 100)
  return { low: sorted[cut] ?? 0, high: sorted[sorted.length - 1 - cut] ?? 1 }
}

const steps = 256

export function coloursOfValues(values: Float32Array, { low, high }: ColourScale): Uint32Array {
  const span = high - low || 1
  const palette = Uint32Array.from({ length: steps }, (_, i) => scaleColour(i / (steps - 1)))
  const unknown = scaleColour(NaN)
  const colours = new Uint32Array(values.length).fill(unknown)
  for (let i = 0; i < values.length; i++) {
    const step = Math.round(((values[i]! - low) / span) * (steps - 1))
    if (!Number.isNaN(step)) colours[i] = palette[Math.min(steps - 1, Math.max(0, step))]!
  }
  return colours
}

function hsl(hue: number, saturation: number, lightness: number): number {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12
    return 255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
  }
  return wordOf(channel(0), channel(8), channel(4))
}
