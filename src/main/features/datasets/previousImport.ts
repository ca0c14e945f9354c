import { statSync } from 'node:fs'
import type { DatasetItem, DatasetScale, Preprocessing } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { openDataset, type Dataset } from '../../store/datasetStore'
import type { FoundFile } from './findImages'
import { comparePaths } from '../../base/naturalOrder'

/** What an earlier import made of one file: one row, or one for each patch. */
export interface PreviousRows {
  firstRow: number
  items: DatasetItem[]
}

/**
 * The dataset that an import is about to replace, to take over what has not changed. It is read along with the new
 * list of files, both in the same order, so that its size does not matter.
 */
export class PreviousImport {
  private readonly groups: AsyncGenerator<PreviousRows, void, undefined>
  private current: PreviousRows | null = null

  private constructor(
    private readonly dataset: Dataset,
    /** What it brought images with more than 8 bits to 8 by; sources are the new ones. */
    readonly scales: readonly DatasetScale[],
    /** For each new source its index in the old dataset, or -1. */
    private readonly oldSources: number[],
  ) {
    this.groups = groupByFile(dataset.items())
  }

  /** Null where there is none, or one that was made otherwise. */
  static async open(
    folder: string,
    sources: string[],
    wanted: Preprocessing,
  ): Promise<PreviousImport | null> {
    const dataset = await openDataset(folder).catch((error: unknown) => {
      // Missing or damaged: everything is decoded anew.
      if (error instanceof ExpectedError) return null
      throw error
    })
    if (!dataset) return null
    if (madeAlike(dataset.info.preprocessing, wanted)) {
      const { sources: old, scales = [] } = dataset.info
      const oldSources = sources.map((source) => old.indexOf(source))
      const kept = scales.flatMap((scale) => {
        const source = oldSources.indexOf(scale.source)
        return source < 0 ? [] : [{ ...scale, source }]
      })
      return new PreviousImport(dataset, kept, oldSources)
    }
    await dataset.close()
    return null
  }

  /** Ask in the order of the files. Whether the file is still the same is for `isUnchanged` to say. */
  async find({ source, path }: FoundFile): Promise<PreviousRows | null> {
    const oldSource = this.oldSources[source]!
    if (oldSource < 0) return null
    for (;;) {
      this.current ??= (await this.groups.next()).value ?? null
      const item = this.current?.items[0]
      if (!item) return null
      const order = item.source - oldSource || comparePaths(item.path, path)
      if (order > 0) return null
      const group = this.current
      this.current = null
      if (order === 0) return group
    }
  }

  /** Blocking, like `isUnchanged`. */
  readRow(row: number, into: Uint8Array): void {
    this.dataset.readRowsSync(row, 1, into)
  }

  async close(): Promise<void> {
    await this.groups.return()
    await this.dataset.close()
  }
}

/** By size and time of change. Blocking, as reading the file would be. */
export function isUnchanged(path: string, { items }: PreviousRows): boolean {
  const [item] = items
  try {
    const { size, mtimeMs } = statSync(path)
    return size === item?.bytes && mtimeMs === item.modifiedMs
  } catch {
    // Gone, or not ours to read: reading it will say so.
    return false
  }
}

/** Whether the same file would give the same pixels. */
function madeAlike(old: Preprocessing, wanted: Preprocessing): boolean {
  // The last file's patches may have been cut short by the limit.
  if (old.patches && old.limit !== null) return false
  const relevant = ({ width, height, color, fit, patches, background, seed, range }: Preprocessing) =>
    JSON.stringify([
      width,
      height,
      color,
      fit,
      patches,
      background,
      range,
      patches?.mode === 'random' ? seed : 0,
    ])
  return relevant(old) === relevant(wanted)
}

async function* groupByFile(
  items: AsyncIterable<DatasetItem>,
): AsyncGenerator<PreviousRows, void, undefined> {
  let row = 0
  let group: PreviousRows | null = null
  for await (const item of items) {
    const first = group?.items[0]
    if (group && first?.path === item.path && first.source === item.source) group.items.push(item)
    else {
      if (group) yield group
      group = { firstRow: row, items: [item] }
    }
    row++
  }
  if (group) yield group
}
