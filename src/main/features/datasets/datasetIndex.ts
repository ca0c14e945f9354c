import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetDetail, DatasetImage } from '../../../shared/api/library'
import type { DatasetItem } from '../../../shared/dataset'
import { datasetFiles } from '../../store/datasetFiles'
import { damaged, parseItem } from '../../store/datasetStore'
import { explainFileError } from '../../store/fileErrors'
import { sentence } from '../../../shared/texts/sentence'

export type DatasetRow = DatasetItem & { readonly row: number }

const newline = 10
const noLabel = -1

/**
 * Where each line of items.jsonl begins and which label it has: some twelve bytes an image, so that a list of any length
 * can be looked through without being held.
 */
export class DatasetIndex {
  private readonly rowsOfLabel = new Map<number, Uint32Array>()

  private constructor(
    private readonly path: string,
    private readonly offsets: Float64Array,
    private readonly labels: Int32Array,
    private readonly labelNames: readonly string[],
  ) {}

  /** Reads the whole file once. @throws ExpectedError where it is damaged */
  static async build(folder: string, count: number): Promise<DatasetIndex> {
    const path = join(folder, datasetFiles.items)
    const offsets = new Float64Array(count + 1)
    const labels = new Int32Array(count)
    const names = new Map<string, number>()
    let row = 0
    for await (const { text, end } of linesOf(path)) {
      if (row === count) break
      const label = labelIn(text, row, path)
      if (label !== null && !names.has(label)) names.set(label, names.size)
      labels[row] = label === null ? noLabel : names.get(label)!
      offsets[++row] = end
    }
    if (row !== count) throw damaged(path, sentence('store.linesForImages', { lines: row, images: count }))
    return new DatasetIndex(path, offsets, labels, [...names.keys()])
  }

  get count(): number {
    return this.labels.length
  }

  /** The label of a row. */
  labelOf(row: number): string | null {
    return this.labelNames[this.labels[row]!] ?? null
  }

  /** By how often they occur, the most frequent first; images without a label last. */
  labelCounts(): DatasetDetail['labelCounts'] {
    const counts = new Uint32Array(this.labelNames.length + 1)
    for (const label of this.labels) counts[label === noLabel ? this.labelNames.length : label]!++
    return [...counts]
      .map((count, i) => ({ label: this.labelNames[i] ?? null, count }))
      .filter(({ count }) => count > 0)
  }

  /** Images `from` to `from + count` of those with that label (null: without one), or of all. */
  async images(
    label: string | null | undefined,
    from: number,
    count: number,
  ): Promise<{ total: number; images: DatasetImage[] }> {
    const rows = label === undefined ? null : this.rowsWith(label)
    const total = rows?.length ?? this.count
    const wanted = Array.from({ length: Math.max(0, Math.min(count, total - from)) }, (_, i) =>
      rows ? rows[from + i]! : from + i,
    )
    const images = (await this.itemsAt(wanted)).map(({ row, path, label, width, height }) => {
      return { row, path, label, width, height }
    })
    return { total, images }
  }

  private rowsWith(label: string | null): Uint32Array {
    const number = label === null ? noLabel : this.labelNames.indexOf(label)
    if (label !== null && number < 0) return new Uint32Array(0)
    let rows = this.rowsOfLabel.get(number)
    if (!rows) {
      const found: number[] = []
      this.labels.forEach((other, row) => other === number && found.push(row))
      this.rowsOfLabel.set(number, (rows = Uint32Array.from(found)))
    }
    return rows
  }

  /** All that is known of some images, in the order given. @throws ExpectedError when the file cannot be read */
  async itemsAt(rows: readonly number[]): Promise<DatasetRow[]> {
    if (rows.length === 0) return []
    const file = await open(this.path, 'r').catch((error: unknown) => {
      throw explainFileError(error, this.path)
    })
    try {
      const images: DatasetRow[] = []
      for (let i = 0; i < rows.length;) {
        let end = i + 1
        while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++
        images.push(...(await this.readRun(file, rows[i]!, rows[end - 1]! + 1)))
        i = end
      }
      return images
    } finally {
      await file.close()
    }
  }

  private async readRun(
    file: Awaited<ReturnType<typeof open>>,
    from: number,
    to: number,
  ): Promise<DatasetRow[]> {
    const start = this.offsets[from]!
    const buffer = Buffer.alloc(this.offsets[to]! - start)
    await file.read(buffer, 0, buffer.length, start)
    const lines = buffer
      .toString('utf8')
      .split('\n')
      .slice(0, to - from)
    return lines.map((line, i) => ({ ...parseItem(line, from + i, this.path), row: from + i }))
  }
}

/** Of millions of lines: only one that is odd is looked at in full. */
function labelIn(text: string, row: number, path: string): string | null {
  try {
    const { label } = JSON.parse(text) as Partial<DatasetItem>
    if (label === null || typeof label === 'string') return label
  } catch {
    // What is wrong with it is said below.
  }
  return parseItem(text, row, path).label
}

/** Lines with the offset of the byte after each. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; end: number }, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
      const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer)
      let from = 0
      for (let at = data.indexOf(newline); at >= 0; at = data.indexOf(newline, from)) {
        yield { text: data.toString('utf8', from, at), end: offset + at + 1 }
        from = at + 1
      }
      offset += from
      rest = data.subarray(from)
    }
  } catch (error) {
    throw explainFileError(error, path)
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), end: offset + rest.length }
}
