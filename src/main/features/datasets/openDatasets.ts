import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { datasetFiles } from '../../store/datasetFiles'
import { type Dataset, openDataset } from '../../store/datasetStore'
import { explainFileError } from '../../store/fileErrors'
import { DatasetIndex } from './datasetIndex'

interface Opened {
  readonly dataset: Dataset
  readonly version: number
  index: Promise<DatasetIndex> | null
  users: number
  dropped: boolean
}

/** The few datasets that are being looked at stay open, with their indices; a dataset that was imported again is reopened. */
export class OpenDatasets {
  private readonly opened = new Map<string, Promise<Opened>>()

  constructor(private readonly capacity = 3) {}

  /** Its files stay open until `use` is done, whatever happens meanwhile. @throws ExpectedError like `openDataset` */
  async with<R>(
    folder: string,
    use: (dataset: Dataset, index: () => Promise<DatasetIndex>) => Promise<R>,
  ): Promise<R> {
    const opened = await this.current(folder)
    opened.users++
    try {
      return await use(opened.dataset, () => this.indexOf(folder, opened))
    } finally {
      opened.users--
      await closeUnused(opened)
    }
  }

  /** Before its folder is removed. */
  async forget(folder: string): Promise<void> {
    const opened = this.opened.get(folder)
    this.opened.delete(folder)
    if (opened) await drop(opened)
  }

  async close(): Promise<void> {
    for (const folder of [...this.opened.keys()]) await this.forget(folder)
  }

  private async current(folder: string): Promise<Opened> {
    const version = await versionOf(folder)
    const known = await this.opened.get(folder)?.catch(() => undefined)
    if (known?.version === version && !known.dropped) {
      const entry = this.opened.get(folder)!
      // The latest used last, so that the first one is the one to drop.
      this.opened.delete(folder)
      this.opened.set(folder, entry)
      return known
    }
    await this.forget(folder)
    const opening = openDataset(folder).then((dataset) => ({
      dataset,
      version,
      index: null,
      users: 0,
      dropped: false,
    }))
    this.opened.set(folder, opening)
    opening.catch(() => this.opened.get(folder) === opening && this.opened.delete(folder))
    const opened = await opening
    for (const [other] of [...this.opened].slice(0, Math.max(0, this.opened.size - this.capacity)))
      await this.forget(other)
    return opened
  }

  private indexOf(folder: string, opened: Opened): Promise<DatasetIndex> {
    return (opened.index ??= DatasetIndex.build(folder, opened.dataset.info.count))
  }
}

async function drop(opening: Promise<Opened>): Promise<void> {
  const opened = await opening.catch(() => null)
  if (!opened || opened.dropped) return
  opened.dropped = true
  await closeUnused(opened)
}

async function closeUnused(opened: Opened): Promise<void> {
  if (!opened.dropped || opened.users > 0) return
  await opened.dataset.close().catch(() => undefined)
}

/** Changes whenever the dataset does. */
async function versionOf(folder: string): Promise<number> {
  const path = join(folder, datasetFiles.pixels)
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    throw explainFileError(error, path)
  }
}
