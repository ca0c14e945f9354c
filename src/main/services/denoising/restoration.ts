import type { Region } from '../../../shared/region'
import type { PixelData } from '../../worker/protocol'
import type { PictureLevels, Size } from './pictureLevels'

/** Height and width of the parts that a picture is restored in while it is looked at. */
export const cellSide = 256

/** Of what is shown first while a control moves. */
const glanceSide = 96

/** Changes that are kept for those who have what was there before. */
const changesKept = 512

/** Versions of no two pictures are alike, nor those of one that was read again. */
const versionsEach = 1e9
let restorations = 0

/** What a model makes of a picture, part by part; before a part is there, it shows what was there. */
export class Restoration {
  private key = ''
  private readonly columns: number
  private readonly done: Uint8Array
  private doneCount = 0
  private isNew = false
  private readonly changes: Region[] = []
  private changeCount = ++restorations * versionsEach
  /** Why it cannot be done with this model. */
  problem: string | null = null

  /** @param pixels shared memory, as many as the picture has */
  constructor(
    readonly pixels: PixelData,
    readonly levels: PictureLevels,
    private readonly size: Size,
  ) {
    this.columns = Math.ceil(size.width / cellSide)
    this.done = new Uint8Array(this.columns * Math.ceil(size.height / cellSide))
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

  /** Begins anew where it is done in another way. @returns whether it is */
  begin(key: string): boolean {
    if (this.key === key) return false
    this.key = key
    this.isNew = true
    this.done.fill(0)
    this.doneCount = 0
    this.problem = null
    return true
  }

  /** Shows at one level what a part will be like, until it is there. */
  expect(level: number, part: Region, data: PixelData): void {
    this.levels.put(level, part, data)
    this.note(part)
    this.isNew = false
  }

  /** Right after it begins, a small part in the middle of a region: the first that is seen of it. Null else. */
  glance(region: Region): Region | null {
    if (!this.isNew) return null
    this.isNew = false
    const along = (from: number, length: number, size: number) => {
      const side = Math.min(glanceSide, size)
      const start = Math.round(from + (length - side) / 2)
      return [Math.min(size - side, Math.max(0, start)), side] as const
    }
    const [left, width] = along(region.left, region.width, this.size.width)
    const [top, height] = along(region.top, region.height, this.size.height)
    return { left, top, width, height }
  }

  /** The missing part of a region that is nearest to its middle; null when all of it is there. */
  next(region: Region): Region | null {
    let nearest: number | null = null
    let least = Infinity
    const [x, y] = [region.left + region.width / 2, region.top + region.height / 2]
    for (const cell of this.cellsOf(region)) {
      if (this.done[cell]) continue
      const { left, top } = this.regionOf(cell)
      const distance = (left + cellSide / 2 - x) ** 2 + (top + cellSide / 2 - y) ** 2
      if (distance >= least) continue
      least = distance
      nearest = cell
    }
    return nearest === null ? null : this.regionOf(nearest)
  }

  /** Grows by 1 as often as pixels change. */
  get version(): number {
    return this.changeCount
  }

  /** Where pixels have changed since a version; null where that is not known any more. */
  changedSince(version: number): readonly Region[] | null {
    const count = this.changeCount - version
    if (count < 0 || count > this.changes.length) return null
    return count === 0 ? [] : this.changes.slice(-count)
  }

  /** Pixels of a part have changed. */
  show(part: Region): void {
    this.levels.update(part)
    this.note(part)
  }

  private note(part: Region): void {
    this.changes.push(part)
    this.changeCount++
    if (this.changes.length > changesKept) this.changes.shift()
  }

  /** How much of a region is there, 0..1. */
  readyShare(region: Region): number {
    const cells = [...this.cellsOf(region)]
    return cells.length === 0 ? 1 : cells.filter((cell) => this.done[cell]).length / cells.length
  }

  /** @param part as `next` gave it */
  mark(part: Region): void {
    this.show(part)
    const cell = (part.top / cellSide) * this.columns + part.left / cellSide
    if (this.done[cell]) return
    this.done[cell] = 1
    this.doneCount++
  }

  private *cellsOf({ left, top, width, height }: Region): Generator<number> {
    const right = Math.min(this.size.width, left + width)
    const bottom = Math.min(this.size.height, top + height)
    for (let row = Math.floor(Math.max(0, top) / cellSide); row * cellSide < bottom; row++)
      for (let column = Math.floor(Math.max(0, left) / cellSide); column * cellSide < right; column++)
        yield row * this.columns + column
  }

  private regionOf(cell: number): Region {
    const left = (cell % this.columns) * cellSide
    const top = Math.floor(cell / this.columns) * cellSide
    return {
      left,
      top,
      width: Math.min(cellSide, this.size.width - left),
      height: Math.min(cellSide, this.size.height - top),
    }
  }
}
