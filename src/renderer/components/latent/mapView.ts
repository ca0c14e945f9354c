/** What is seen of a map: `x`, `y` of it in the middle of the pane, and pixels for one unit of it. */
export interface PlaneView {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** The same of a map in space, turned about its middle by `yaw` and then `pitch`, in radians. */
export interface SpaceView extends PlaneView {
  readonly yaw: number
  readonly pitch: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Of a map: its middle, and half of its extent along each axis. */
export interface Extent {
  readonly middle: readonly number[]
  readonly half: readonly number[]
}

const margin = 0.92
/** Points in a line are spread a little to its sides, or they would cover each other. */
const spreadOfLine = 0.12

/** Around all points but the farthest, so that a single stray one does not shrink the others to a dot. */
export function extentOf(points: Float32Array, components: number): Extent {
  const ranges = Array.from({ length: components }, (_, c) => rangeOf(points, components, c))
  if (components === 1) ranges.push([-0.5, 0.5])
  const middle = ranges.map(([low, high]) => (low + high) / 2)
  const half = ranges.map(([low, high]) => Math.max(1e-9, (high - low) / 2))
  return { middle, half: half.every((value) => value === 1e-9) ? half.map(() => 1) : half }
}

const mostLooked = 50_000

function rangeOf(points: Float32Array, components: number, c: number): [number, number] {
  const count = points.length / components
  const step = Math.max(1, Math.floor(count / mostLooked))
  const values: number[] = []
  for (let i = 0; i < count; i += step) {
    const value = points[i * components + c]!
    if (Number.isFinite(value)) values.push(value)
  }
  const sorted = Float32Array.from(values).sort()
  const cut = Math.floor(sorted.length * 0.002)
  return [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0]
}

/** All of the map in the pane. */
export function fittedView({ middle, half }: Extent, { width, height }: Size): SpaceView {
  const isSpace = middle.length === 3
  const radius = Math.hypot(...half)
  const scale = isSpace
    ? (margin * Math.min(width, height)) / 2 / radius
    : margin * Math.min(width / 2 / half[0]!, height / 2 / half[1]!)
  return { x: isSpace ? 0 : middle[0]!, y: isSpace ? 0 : middle[1]!, scale, yaw: 0.6, pitch: 0.4 }
}

/** Points of a plane, or of a line, as pixels of the pane: y upwards. */
export function projectPlane(
  points: Float32Array,
  components: number,
  view: PlaneView,
  { width, height }: Size,
  screen: Float32Array,
): void {
  const count = points.length / components
  const left = width / 2 - view.x * view.scale
  const bottom = height / 2 + view.y * view.scale
  for (let i = 0; i < count; i++) {
    screen[2 * i] = left + points[i * components]! * view.scale
    screen[2 * i + 1] =
      components === 1
        ? height / 2 + (scattered(i) - 0.5) * 2 * spreadOfLine * height
        : bottom - points[i * components + 1]! * view.scale
  }
}

/** The same from a fixed number for each point, 0..1. */
const scattered = (i: number) => ((i * 0.6180339887) % 1) * ((i * 0.7548776662) % 1)

/** Points in space as pixels of the pane, and how near each is. */
export function projectSpace(
  points: Float32Array,
  { middle }: Extent,
  view: SpaceView,
  { width, height }: Size,
  screen: Float32Array,
  depth: Float32Array,
): void {
  const [cy, sy, cp, sp] = [
    Math.cos(view.yaw),
    Math.sin(view.yaw),
    Math.cos(view.pitch),
    Math.sin(view.pitch),
  ]
  for (let i = 0; i < depth.length; i++) {
    const x = points[3 * i]! - middle[0]!
    const y = points[3 * i + 1]! - middle[1]!
    const z = points[3 * i + 2]! - middle[2]!
    const turned = x * sy + z * cy
    screen[2 * i] = width / 2 + (x * cy - z * sy - view.x) * view.scale
    screen[2 * i + 1] = height / 2 - (y * cp - turned * sp - view.y) * view.scale
    depth[i] = y * sp + turned * cp
  }
}

/** The place of the map under a pixel of the pane. */
export function placeAt(view: PlaneView, { width, height }: Size, x: number, y: number): [number, number] {
  return [view.x + (x - width / 2) / view.scale, view.y - (y - height / 2) / view.scale]
}

/** Zoomed by `factor` about a pixel, which keeps its place on the map. */
export function zoomed<V extends PlaneView>(view: V, size: Size, factor: number, x: number, y: number): V {
  const [px, py] = placeAt(view, size, x, y)
  const scale = view.scale * factor
  return {
    ...view,
    scale,
    x: px - (x - size.width / 2) / scale,
    y: py + (y - size.height / 2) / scale,
  }
}

const radiansForPixel = 0.008

/** Turned by a hand that moved so many pixels; never over the top. */
export function turned(view: SpaceView, dx: number, dy: number): SpaceView {
  const pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, view.pitch + dy * radiansForPixel))
  return { ...view, yaw: view.yaw + dx * radiansForPixel, pitch }
}
