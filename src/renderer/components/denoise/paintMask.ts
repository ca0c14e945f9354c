import type { ViewRectangle } from '../../../shared/api/denoising'
import {
  gridFor,
  type MaskLayer,
  neutralMask,
  type PictureSize,
  type StrengthMask,
} from '../../../shared/strengthMask'

export interface Brush {
  /** In pixels of the picture. */
  readonly diameter: number
  /** Of the radius, how much is painted fully, 0..1; from there to the edge it fades. */
  readonly hardness: number
  /** What is painted: percent of the strength, 0..200. */
  readonly percent: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Of a cell's width: with a smaller radius a brush could miss the middles of all cells. */
const leastRadius = 0.75

/** How much is painted at a distance from the middle of a brush, both in the same unit: 0..1, falling smoothly. */
export function coverage(distance: number, radius: number, hardness: number): number {
  if (distance >= radius) return 0
  const inner = radius * hardness
  if (distance <= inner) return 1
  const share = (radius - distance) / (radius - inner)
  return share * share * (3 - 2 * share)
}

/** From the first touch of a brush to its last. Where it passes again within one stroke, nothing is added. */
export class Stroke {
  /** Changes while it is painted, and stays as it is afterwards. */
  readonly mask: StrengthMask
  private readonly before: Uint8Array
  private readonly covered: Float32Array
  private last: Point | null = null

  /** @param before null where nothing was painted yet */
  constructor(
    before: StrengthMask | null,
    private readonly size: PictureSize,
    private readonly brush: Brush,
    layer: MaskLayer = 'strength',
  ) {
    const { columns, rows, values } = before ?? neutralMask(size, layer)
    this.before = values
    this.mask = { columns, rows, values: values.slice() }
    this.covered = new Float32Array(values.length)
  }

  /** Paints on to a place in pixels of the picture. @returns where the picture has changed, in the same */
  to(place: Point): ViewRectangle {
    const from = this.last ?? place
    this.last = place
    const { columns, rows, values } = this.mask
    const [across, down] = [this.size.width / columns, this.size.height / rows]
    const radius = Math.max(this.brush.diameter / 2, leastRadius * Math.max(across, down))
    const range = (a: number, b: number, cell: number, count: number) =>
      [
        Math.max(0, Math.floor((Math.min(a, b) - radius) / cell)),
        Math.min(count - 1, Math.floor((Math.max(a, b) + radius) / cell)),
      ] as const
    const [firstColumn, lastColumn] = range(from.x, place.x, across, columns)
    const [firstRow, lastRow] = range(from.y, place.y, down, rows)
    for (let row = firstRow; row <= lastRow; row++)
      for (let column = firstColumn; column <= lastColumn; column++) {
        const middle = { x: (column + 0.5) * across, y: (row + 0.5) * down }
        const at = row * columns + column
        const covered = coverage(distanceTo(middle, from, place), radius, this.brush.hardness)
        if (covered <= this.covered[at]!) continue
        this.covered[at] = covered
        const was = this.before[at]!
        values[at] = Math.round(was + covered * (this.brush.percent - was))
      }
    // A cell counts as far as to the middles of its neighbours.
    return {
      left: (firstColumn - 1) * across,
      top: (firstRow - 1) * down,
      width: (lastColumn - firstColumn + 3) * across,
      height: (lastRow - firstRow + 3) * down,
    }
  }
}

/** From a point to the nearest one on a line between two others. */
function distanceTo(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / length
  const share = Math.min(1, Math.max(0, along))
  return Math.hypot(point.x - a.x - share * dx, point.y - a.y - share * dy)
}

/** Whether a mask was painted for a picture of that size: its file may have been replaced by another one. */
export function fits(
  { columns, rows }: StrengthMask,
  size: PictureSize,
  layer: MaskLayer = 'strength',
): boolean {
  const grid = gridFor(size, layer)
  return grid.columns === columns && grid.rows === rows
}

/** The smallest rectangle around two. */
export function around(a: ViewRectangle | null, b: ViewRectangle): ViewRectangle {
  if (!a) return b
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)]
  const width = Math.max(a.left + a.width, b.left + b.width) - left
  const height = Math.max(a.top + a.height, b.top + b.height) - top
  return { left, top, width, height }
}

const less = [224, 96, 16] as const
const more = [32, 112, 224] as const
/** What is filled is red, which damage hardly is. */
const filled = [232, 24, 88] as const
const opaque = 165

/**
 * A mask to be seen: orange where less is taken out, blue where more is; red where holes are filled. RGBA, a pixel for each
 * cell.
 */
export function maskColors(
  { values }: StrengthMask,
  layer: MaskLayer = 'strength',
): Uint8ClampedArray<ArrayBuffer> {
  const above = layer === 'holes' ? filled : more
  const data = new Uint8ClampedArray(4 * values.length)
  values.forEach((value, i) => {
    data.set(value < 100 ? less : above, 4 * i)
    data[4 * i + 3] = (Math.abs(value - 100) / 100) * opaque
  })
  return data
}
