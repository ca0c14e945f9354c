import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { DatasetInfo, DatasetItem } from '../../shared/dataset'
import { FileReplacement } from './atomicWrite'
import { commitDataset, datasetFiles, finishCommit } from './datasetFiles'
import { markImport, unmarkImport } from './importMark'
import { makeFolder, removeEmptyFolders } from './makeFolder'

const chunkBytes = 1 << 20

/**
 * Writes a dataset image by image. Until `commit` the folder holds what it held before, also after a crash.
 * One writer a folder at a time. All methods throw ExpectedError when the file system says no; then call `abort`.
 */
export class DatasetWriter {
  private readonly pixelChunk: Buffer
  private pixelsInChunk = 0
  private lines: string[] = []
  private lineChars = 0
  private rows = 0
  private readonly hash = createHash('sha256')
  private decided = false

  private constructor(
    private readonly folder: string,
    private readonly created: string | undefined,
    private readonly pixels: FileReplacement,
    private readonly items: FileReplacement,
    private readonly rowBytes: number,
  ) {
    this.pixelChunk = Buffer.allocUnsafe(Math.max(chunkBytes, rowBytes))
  }

  /** `rowBytes` is the size of one image. Creates the folder, and the ones above it, where missing. */
  static async open(folder: string, rowBytes: number): Promise<DatasetWriter> {
    const created = await makeFolder(folder)
    await finishCommit(folder)
    await markImport(folder)
    const pixels = await FileReplacement.open(join(folder, datasetFiles.pixels))
    const items = await FileReplacement.open(join(folder, datasetFiles.items))
    return new DatasetWriter(folder, created, pixels, items, rowBytes)
  }

  get count(): number {
    return this.rows
  }

  /** Appends one image; `row` is copied. */
  async add(item: DatasetItem, row: Uint8Array): Promise<void> {
    if (row.byteLength !== this.rowBytes)
      throw new RangeError(`${row.byteLength} bytes in a row of ${this.rowBytes}`)
    if (this.pixelsInChunk + this.rowBytes > this.pixelChunk.byteLength) await this.flushPixels()
    this.pixelChunk.set(row, this.pixelsInChunk)
    this.pixelsInChunk += this.rowBytes
    const { path, label, left, top } = item
    this.hash.update(JSON.stringify([path, label, left, top]))
    const line = JSON.stringify(item) + '\n'
    this.lines.push(line)
    this.lineChars += line.length
    if (this.lineChars > chunkBytes) await this.flushItems()
    this.rows++
  }

  /** From now on the folder holds the new dataset, whole. Resolves to what its dataset.json says. */
  async commit(described: DatasetInfo): Promise<DatasetInfo> {
    await this.flushPixels()
    await this.flushItems()
    await this.pixels.seal()
    await this.items.seal()
    this.decided = true
    const info: DatasetInfo = { ...described, revision: this.hash.digest('hex').slice(0, 16) }
    await commitDataset(this.folder, JSON.stringify(info, null, 2) + '\n')
    await unmarkImport(this.folder)
    return info
  }

  /** The folder is as it was before `open`. Does nothing once `commit` has got as far as changing it. */
  async abort(): Promise<void> {
    if (this.decided) return
    await this.pixels.abort()
    await this.items.abort()
    await unmarkImport(this.folder)
    if (this.created) await removeEmptyFolders(this.folder, this.created)
  }

  private async flushPixels(): Promise<void> {
    const chunk = this.pixelChunk.subarray(0, this.pixelsInChunk)
    this.hash.update(chunk)
    await this.pixels.write(chunk)
    this.pixelsInChunk = 0
  }

  private async flushItems(): Promise<void> {
    await this.items.write(this.lines.join(''))
    this.lines = []
    this.lineChars = 0
  }
}
