/** A plane, row-major. */
export interface Plane {
  readonly height: number
  readonly width: number
  readonly data: Float32Array
}

type Kernel = { readonly radius: number; readonly at: (x: number) => number }

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** Lanczos' filter of three lobes: sinc(x) · sinc(x / 3). */
export const lanczos3: Kernel = { radius: 3, at: (x) => sinc(x) * sinc(x / 3) }

/** Keys 1981, a = -0.5. */
export const bicubic: Kernel = {
  radius: 2,
  at: (x) => {
    const t = Math.abs(x)
    return t < 1 ? 1.5 * t ** 3 - 2.5 * t * t + 1 : -0.5 * t ** 3 + 2.5 * t * t - 4 * t + 2
  },
}

/** The mean of the pixels that a new one covers. */
export const area: Kernel = { radius: 0.5, at: () => 1 }

/** Resized by a filter that is widened where the image becomes smaller, so that nothing aliases; the border is repeated. */
export function resize({ height, width, data }: Plane, rows: number, columns: number, kernel: Kernel): Plane {
  const across = weights(width, columns, kernel)
  const down = weights(height, rows, kernel)
  const half = new Float32Array(height * columns)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (const [from, weight] of across[x]!) sum += weight * data[y * width + from]!
      half[y * columns + x] = sum
    }
  const result = new Float32Array(rows * columns)
  for (let y = 0; y < rows; y++)
    for (const [from, weight] of down[y]!)
      for (let x = 0; x < columns; x++)
        result[y * columns + x] = result[y * columns + x]! + weight * half[from * columns + x]!
  return { height: rows, width: columns, data: result }
}

type Taps = readonly (readonly [from: number, weight: number])[]

/** By new pixel. They are few and always the same in training, so they are kept. */
const kept = new Map<Kernel, Map<string, readonly Taps[]>>()

function weights(from: number, to: number, kernel: Kernel): readonly Taps[] {
  const known = kept.get(kernel) ?? new Map<string, readonly Taps[]>()
  kept.set(kernel, known)
  const key = `${from} ${to}`
  const found = known.get(key)
  if (found) return found
  if (known.size > 64) known.clear()
  const scale = from / to
  const stretch = Math.max(1, scale)
  const all = Array.from({ length: to }, (_, i): Taps => {
    const center = (i + 0.5) * scale - 0.5
    const reach = kernel.radius * stretch
    const taps: (readonly [number, number])[] = []
    let sum = 0
    for (let k = Math.ceil(center - reach); k <= Math.floor(center + reach); k++) {
      const weight = kernel.at((k - center) / stretch)
      taps.push([Math.min(from - 1, Math.max(0, k)), weight])
      sum += weight
    }
    if (taps.length === 0) return [[Math.min(from - 1, Math.max(0, Math.round(center))), 1]]
    return taps.map(([at, weight]) => [at, weight / sum] as const)
  })
  known.set(key, all)
  return all
}
