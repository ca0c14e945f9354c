import type { Region } from '../../../shared/region'
import type { Size } from './pictureLevels'

/** Height and width of the parts that a picture is restored in while it is looked at. */
export const cellSide = 256
/** And of those of a draft, of which all is wanted at once: less is computed twice. */
export const draftSide = 512

/** Which parts of an image are there of what is made of it. */
export class Cells {
  private key = ''
  private readonly columns: number
  private readonly done: Uint8Array
  private doneCount = 0
  /** Why it cannot be made. */
  problem: string | null = null

  constructor(
    protected readonly size: Size,
    private readonly side = cellSide,
  ) {
    this.columns = Math.ceil(size.width / side)
    this.done = new Uint8Array(this.columns * Math.ceil(size.height / side))
  }

  get isComplete(): boolean {
    return this.doneCount === this.done.length
  }

  get share(): number {
    return this.doneCount / this.done.length
  }

  isFor(key: string): boolean {
    return this.key === key
  }

  /** Begins anew where it is made in another way. @returns whether it is */
  begin(key: string): boolean {
    if (this.key === key) return false
    this.key = key
    this.done.fill(0)
    this.doneCount = 0
    this.problem = null
    return true
  }

  /** The missing part of a region that is nearest to its middle; null when all of it is there. */
  next(region: Region): Region | null {
    let nearest: Region | null = null
    let least = Infinity
    const [x, y] = [region.left + region.width / 2, region.top + region.height / 2]
    for (const part of this.missing(region)) {
      const distance = (part.left + this.side / 2 - x) ** 2 + (part.top + this.side / 2 - y) ** 2
      if (distance >= least) continue
      least = distance
      nearest = part
    }
    return nearest
  }

  /** Parts that have something of a region and are not there yet. */
  missing(region: Region): Region[] {
    return [...this.cellsOf(region)].filter((cell) => !this.done[cell]).map((cell) => this.regionOf(cell))
  }

  /** Parts that have something of a region and are there. */
  present(region: Region): Region[] {
    return [...this.cellsOf(region)].filter((cell) => this.done[cell]).map((cell) => this.regionOf(cell))
  }

  /** How much of a region is there, 0..1. */
  readyShare(region: Region): number {
    const cells = [...this.cellsOf(region)]
    return cells.length === 0 ? 1 : cells.filter((cell) => this.done[cell]).length / cells.length
  }

  /** @param part as `next` gave it */
  mark(part: Region): void {
    const cell = (part.top / this.side) * this.columns + part.left / this.side
    if (this.done[cell]) return
    this.done[cell] = 1
    this.doneCount++
  }

  private *cellsOf({ left, top, width, height }: Region): Generator<number> {
    const right = Math.min(this.size.width, left + width)
    const bottom = Math.min(this.size.height, top + height)
    for (let row = Math.floor(Math.max(0, top) / this.side); row * this.side < bottom; row++)
      for (let column = Math.floor(Math.max(0, left) / this.side); column * this.side < right; column++)
        yield row * this.columns + column
  }

  private regionOf(cell: number): Region {
    const left = (cell % this.columns) * this.side
    const top = Math.floor(cell / this.columns) * this.side
    return {
      left,
      top,
      width: Math.min(this.side, this.size.width - left),
      height: Math.min(this.side, this.size.height - top),
    }
  }
}
