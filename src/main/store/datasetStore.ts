import { createReadStream, readSync } from 'node:fs'
import { open, readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { z } from 'zod'
import {
  datasetInfoSchema,
  datasetItemSchema,
  type DatasetInfo,
  type DatasetItem,
} from '../../shared/dataset'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { datasetFiles, finishCommit } from './datasetFiles'
import { explainFileError, fileErrorCode } from './fileErrors'
import { parseRecord } from './parseRecord'

const advice = sentence('store.importAgain')

/**
 * An open dataset: images of one size as bytes, in rows of height × width × channels. Nothing is loaded whole, so its
 * size does not matter; each thread opens its own. Close it when done.
 */
export class Dataset {
  /** Bytes of one image. */
  readonly rowBytes: number

  constructor(
    readonly folder: string,
    readonly info: DatasetInfo,
    private readonly pixels: FileHandle,
  ) {
    this.rowBytes = rowBytes(info)
  }

  /** Fills the front of `into` with the images from `start` to `start + count`. */
  async readRows(start: number, count: number, into: Uint8Array): Promise<void> {
    const bytes = this.bytesOf(start, count, into)
    for (let done = 0; done < bytes;) {
      const { bytesRead } = await this.pixels.read(into, done, bytes - done, start * this.rowBytes + done)
      done += this.checkRead(bytesRead)
    }
  }

  /** The same, blocking: for a worker thread that has nothing else to do. */
  readRowsSync(start: number, count: number, into: Uint8Array): void {
    const bytes = this.bytesOf(start, count, into)
    for (let done = 0; done < bytes;) {
      done += this.checkRead(readSync(this.pixels.fd, into, done, bytes - done, start * this.rowBytes + done))
    }
  }

  /** What is known of each image, in the order of the rows, read as it is asked for. */
  async *items(): AsyncGenerator<DatasetItem, void, undefined> {
    const path = join(this.folder, datasetFiles.items)
    const stream = createReadStream(path, 'utf8')
    let count = 0
    try {
      for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
        yield parseItem(line, count++, path)
      }
    } catch (error) {
      throw explainFileError(error, path)
    } finally {
      stream.destroy()
    }
    if (count !== this.info.count)
      throw damaged(path, sentence('store.linesForImages', { lines: count, images: this.info.count }))
  }

  async close(): Promise<void> {
    await this.pixels.close()
  }

  private bytesOf(start: number, count: number, into: Uint8Array): number {
    const bytes = count * this.rowBytes
    if (start < 0 || count < 0 || start + count > this.info.count || into.byteLength < bytes) {
      throw new RangeError(
        `Rows ${start} to ${start + count} of ${this.info.count} into ${into.byteLength} bytes`,
      )
    }
    return bytes
  }

  private checkRead(bytesRead: number): number {
    if (bytesRead > 0) return bytesRead
    throw damaged(join(this.folder, datasetFiles.pixels), sentence('store.shorterWhileRead'))
  }
}

/**
 * @throws ExpectedError `not-found` where there is no dataset, `bad-input` where its files do not fit together,
 *   `no-access` where they may not be read
 */
export async function openDataset(folder: string): Promise<Dataset> {
  await finishCommit(folder)
  const info = await readDatasetInfo(folder)
  const path = join(folder, datasetFiles.pixels)
  const pixels = await open(path, 'r').catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  const { size } = await pixels.stat()
  if (size === info.count * rowBytes(info)) return new Dataset(folder, info, pixels)
  await pixels.close()
  throw damaged(path, sentence('store.bytesInstead', { bytes: size, expected: info.count * rowBytes(info) }))
}

/** Only dataset.json. @throws ExpectedError like `openDataset` */
export async function readDatasetInfo(folder: string): Promise<DatasetInfo> {
  const path = join(folder, datasetFiles.info)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (fileErrorCode(error) !== 'ENOENT') throw explainFileError(error, path)
    throw new ExpectedError(
      'not-found',
      sentence('store.noDatasetNoImport', { folder, info: datasetFiles.info }),
    )
  })
  return parseAs(datasetInfoSchema, text, path)
}

/** Bytes of one image. */
export function rowBytes({
  height,
  width,
  channels,
}: Pick<DatasetInfo, 'height' | 'width' | 'channels'>): number {
  return height * width * channels
}

/** @param row from 0. @throws ExpectedError that names the line */
export const parseItem = (line: string, row: number, path: string): DatasetItem =>
  parseAs(datasetItemSchema, line, sentence('store.lineOf', { line: row + 1, path }))

function parseAs<T>(schema: z.ZodType<T>, text: string, what: string): T {
  return parseRecord(schema, text, what, advice)
}

export function damaged(what: string, why: string): ExpectedError {
  return new ExpectedError('bad-input', sentence('store.damaged', { what, why, advice }))
}
