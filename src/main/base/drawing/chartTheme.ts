export type ThemeName = 'light' | 'dark'

/** Colours of the pictures; the page's own are in reportStyle.ts and match these. */
export type Theme = {
  surface: string
  text: string
  muted: string
  line: string
  first: string
  second: string
}

export const themes: Record<ThemeName, Theme> = {
  light: {
    surface: '#ffffff',
    text: '#1d2330',
    muted: '#667085',
    line: '#e4e7ec',
    first: '#2f5fd0',
    second: '#d9730d',
  },
  dark: {
    surface: '#191d27',
    text: '#e8eaf0',
    muted: '#98a2b3',
    line: '#2c3240',
    first: '#7aa2ff',
    second: '#f0a35a',
  },
}

/** A label's number to its colour: neighbours differ in hue by the golden angle, and in lightness by turns. */
export function labelColor(index: number, theme: ThemeName): string {
  const lightness = (theme === 'light' ? [0.57, 0.65, 0.46] : [0.72, 0.83, 0.62])[index % 3]!
  return oklch(lightness, 0.14, 255 + index * 137.508)
}

/** OKLCH to #rrggbb, out-of-gamut channels clipped (Ottosson 2020, "A perceptual color space for image processing"). */
function oklch(lightness: number, chroma: number, degrees: number): string {
  const a = chroma * Math.cos((degrees * Math.PI) / 180)
  const b = chroma * Math.sin((degrees * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
  const bytes = linear.map((value) => {
    const clipped = Math.min(1, Math.max(0, value))
    const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
    return Math.round(encoded * 255)
  })
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
