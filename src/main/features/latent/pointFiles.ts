import { join } from 'node:path'
import type { PointDetail } from '../../../shared/api/latent'
import type { PixelBlock } from '../../../shared/api/library'
import type { DatasetItem } from '../../../shared/dataset'
import type { OpenDatasets } from '../datasets/openDatasets'
import { readThumbnails } from '../datasets/thumbnails'
import { checkRevision, type LoadedSet, type PartOfSet, rowIn } from './codeSet'

const msOfDay = 86_400_000

/** What the points of a set are, in words and pixels. */
export class PointFiles {
  constructor(private readonly opened: OpenDatasets) {}

  async describe(set: LoadedSet, points: Int32Array): Promise<PointDetail[]> {
    const details: PointDetail[] = []
    for (const { part, rows } of byPart(set, points)) {
      await this.opened.with(part.folder, async ({ info }, index) => {
        checkRevision(part, info)
        for (const item of await (await index()).itemsAt(rows)) {
          const { row, path, label, width, height, modifiedMs = null } = item
          const point = points[details.length]!
          details.push({ point, dataset: part.id, row, path, label, width, height, modifiedMs })
        }
      })
    }
    return details
  }

  /** Every image reduced so that no side is longer than `size`. */
  async thumbnails(set: LoadedSet, points: Int32Array, size: number): Promise<PixelBlock> {
    const blocks: PixelBlock[] = []
    for (const { part, rows } of byPart(set, points))
      blocks.push(
        await this.opened.with(part.folder, (dataset) => {
          checkRevision(part, dataset.info)
          return readThumbnails(dataset, rows, size)
        }),
      )
    const [first, ...others] = blocks
    if (first && others.length === 0) return first
    const { width, height, channels } = first ?? { ...set.plan.model.files.spec.input }
    const data = Buffer.concat(blocks.map((block) => block.data))
    return { count: points.length, width, height, channels, data: new Uint8Array(data) }
  }

  /** Points with `text` in the name of their file or in their label, whatever the case. */
  async search(set: LoadedSet, text: string): Promise<Int32Array> {
    const wanted = text.toLowerCase()
    const found: number[] = []
    for await (const { point, item } of this.items(set)) {
      const { path, label } = item
      if (path.toLowerCase().includes(wanted) || label?.toLowerCase() === wanted) found.push(point)
    }
    return Int32Array.from(found)
  }

  /** The folder of each point's file, and when that was changed. */
  async files(set: LoadedSet) {
    const folders = new Int32Array(set.plan.count).fill(-1)
    const modifiedDays = new Float32Array(set.plan.count).fill(NaN)
    const numbers = new Map<string, number>()
    for await (const { point, item } of this.items(set)) {
      const folder = item.path.includes('/') ? item.path.slice(0, item.path.lastIndexOf('/')) : null
      if (folder !== null && !numbers.has(folder)) numbers.set(folder, numbers.size)
      folders[point] = folder === null ? -1 : numbers.get(folder)!
      if (item.modifiedMs !== undefined) modifiedDays[point] = item.modifiedMs / msOfDay
    }
    return { names: [...numbers.keys()], folders, modifiedDays }
  }

  /** The original files of some points, each once. Absolute paths, with the name within their source. */
  async originals(
    set: LoadedSet,
    points: Int32Array,
  ): Promise<{ readonly path: string; readonly name: string }[]> {
    const found = new Map<string, string>()
    for (const { part, rows } of byPart(set, points)) {
      await this.opened.with(part.folder, async (dataset, index) => {
        checkRevision(part, dataset.info)
        for (const { path, source } of await (await index()).itemsAt(rows))
          found.set(join(dataset.info.sources[source] ?? '', path), path)
      })
    }
    return [...found].map(([path, name]) => ({ path, name }))
  }

  /** What is known of each point's image, in order, read as it is asked for. */
  async *items(set: LoadedSet): AsyncGenerator<{ point: number; item: DatasetItem }, void, undefined> {
    for (const part of set.plan.parts) {
      const items = await this.opened.with(part.folder, async (dataset) => {
        checkRevision(part, dataset.info)
        return dataset.items()
      })
      let point = 0
      let row = 0
      for await (const item of items) {
        if (rowIn(part, point) === row) yield { point: part.first + point++, item }
        row++
      }
    }
  }
}

/** Runs of points of the same dataset, in the order given. */
function byPart(set: LoadedSet, points: Int32Array): { part: PartOfSet; rows: number[] }[] {
  const runs: { part: PartOfSet; rows: number[] }[] = []
  for (const point of points) {
    const { part, row } = set.rowOf(point)
    const run = runs.at(-1)
    if (run?.part === part) run.rows.push(row)
    else runs.push({ part, rows: [row] })
  }
  return runs
}
