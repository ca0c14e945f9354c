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
  const half = new Float32Array(height * columns)
  const across = weights(width, columns, kernel)
  for (let y = 0; y < height; y++) resizeRow(data, y * width, across, half, y * columns, columns)
  const result = new Float32Array(rows * columns)
  const down = weights(height, rows, kernel)
  for (let y = 0; y < rows; y++)
    for (let tap = down.begin[y]!; tap < down.begin[y + 1]!; tap++) {
      const weight = down.weight[tap]!
      const from = down.from[tap]! * columns
      for (let x = 0, to = y * columns; x < columns; x++, to++)
        result[to] = result[to]! + weight * half[from + x]!
    }
  return { height: rows, width: columns, data: result }
}

function resizeRow(
  data: Float32Array,
  row: number,
  { begin, from, weight }: Taps,
  into: Float32Array,
  at: number,
  columns: number,
): void {
  for (let x = 0; x < columns; x++) {
    let sum = 0
    for (let tap = begin[x]!; tap < begin[x + 1]!; tap++) sum += weight[tap]! * data[row + from[tap]!]!
    into[at + x] = sum
  }
}

/** What each new pixel reads: those of new pixel i lie from `begin[i]` to `begin[i + 1]`. */
interface Taps {
  readonly begin: Int32Array
  readonly from: Int32Array
  readonly weight: Float64Array
}

/** They are few and always the same in training, so they are kept. */
const kept = new Map<Kernel, Map<string, Taps>>()

function weights(from: number, to: number, kernel: Kernel): Taps {
  const known = kept.get(kernel) ?? new Map<string, Taps>()
  kept.set(kernel, known)
  const key = `${from} ${to}`
  const found = known.get(key)
  if (found) return found
  if (known.size > 64) known.clear()
  const scale = from / to
  const stretch = Math.max(1, scale)
  const taps: (readonly [at: number, weight: number])[] = []
  const begin = new Int32Array(to + 1)
  for (let i = 0; i < to; i++) {
    taps.push(...tapsOf((i + 0.5) * scale - 0.5, from, stretch, kernel))
    begin[i + 1] = taps.length
  }
  const all = {
    begin,
    from: Int32Array.from(taps, ([at]) => at),
    weight: Float64Array.from(taps, ([, weight]) => weight),
  }
  known.set(key, all)
  return all
}

/** @param center of the new pixel, on the old one's scale */
function tapsOf(
  center: number,
  from: number,
  stretch: number,
  kernel: Kernel,
): readonly (readonly [at: number, weight: number])[] {
  const within = (at: number) => Math.min(from - 1, Math.max(0, at))
  const reach = kernel.radius * stretch
  const taps: (readonly [number, number])[] = []
  let sum = 0
  for (let k = Math.ceil(center - reach); k <= Math.floor(center + reach); k++) {
    const weight = kernel.at((k - center) / stretch)
    taps.push([within(k), weight])
    sum += weight
  }
  if (taps.length === 0) return [[within(Math.round(center)), 1]]
  return taps.map(([at, weight]) => [at, weight / sum] as const)
}
