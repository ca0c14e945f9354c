import type { Region } from '../../../shared/region'
import type { PixelData } from './tasks/denoisingTasks'
import { Cells } from './cells'
import type { PictureLevels, Size } from './pictureLevels'

/** Of what is shown first where nothing else can be. */
const glanceSide = 96

/** Changes that are kept for those who have what was there before. */
const changesKept = 512

/** Versions of no two pictures are alike, nor those of one that was read again. */
const versionsEach = 1e9
let restorations = 0

/** What a model makes of a picture, part by part; before a part is there, it shows what was there. */
export class Restoration extends Cells {
  private isNew = false
  private readonly changes: Region[] = []
  private changeCount = ++restorations * versionsEach

  /** @param pixels shared memory, as many as the picture has */
  constructor(
    readonly pixels: PixelData,
    readonly levels: PictureLevels,
    size: Size,
  ) {
    super(size)
  }

  override begin(key: string): boolean {
    return super.begin(key) && (this.isNew = true)
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

  override mark(part: Region): void {
    this.show(part)
    super.mark(part)
  }

  /** Shows at one level what a part will be like, until it is there. @param data as PictureLevels.take gives it */
  expect(level: number, part: Region, data: PixelData): void {
    this.levels.put(level, part, data)
    this.note(part)
    this.isNew = false
  }

  /** What had been seen of it before is of no use any more. */
  changeAll(): void {
    this.changes.length = 0
    this.changeCount++
  }

  private note(part: Region): void {
    this.changes.push(part)
    this.changeCount++
    if (this.changes.length > changesKept) this.changes.shift()
  }
}
