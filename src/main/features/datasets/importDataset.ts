import { basename, resolve } from 'node:path'
import type { DatasetInfo, DatasetItem, Preprocessing, Skipped } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { rowBytes } from '../../store/datasetStore'
import { DatasetWriter } from '../../store/datasetWriter'
import type { Fence } from '../../base/fence'
import type { Found, FoundImage } from './findImages'
import { findTrainingImages } from './trainingImages'
import { compareNames } from '../../base/naturalOrder'
import { checkOutFolder } from './outFolder'
import { cutPatch, patchCorners } from './patches'
import { ImportScales } from './importScales'
import { PreviousImport } from './previousImport'
import { throttle } from '../../base/throttle'
import { readImages, type ReadImage } from './readImages'
import { planReading } from './readingPlan'
import { UnusableImage } from '../pictures/unusableImage'

export interface ImportRequest {
  /** Folders, image files and IDX files. They are only read. */
  sources: string[]
  /** A new or empty folder, or a dataset, which is replaced; what has not changed is taken over from it. */
  out: string
  preprocessing: Preprocessing
  /** Paths within the only source that are imported, in this order, where not all of them are in theirs. */
  only?: readonly string[]
  /** With `only`: what was left out before, and why. */
  leftOut?: readonly Skipped[]
  /** What a person calls it; otherwise the name of `out`. */
  name?: string
  /** What may be read; everything without. */
  fence?: Fence
  signal?: AbortSignal
  /** At most every 100 ms, and at the end. */
  onProgress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  phase: 'finding' | 'reading'
  /** Images found, or read. */
  done: number
  /** 0 while they are being found. */
  total: number
  skipped: number
}

export interface ImportResult {
  dataset: string
  info: DatasetInfo
  /** Images that were read and decoded, and images taken over from the previous import. */
  decoded: number
  reused: number
}

/**
 * Makes a dataset out of images. Until it is whole, `out` holds what it held before.
 * @throws ExpectedError when there is no image, a source is missing, or `out` cannot be written
 * @throws CancelledError after an abort
 */
export async function importDataset(request: ImportRequest): Promise<ImportResult> {
  const { sources, out, preprocessing, only, fence, signal } = request
  const onProgress = throttle(request.onProgress)
  try {
    await checkOutFolder(out, sources)
    const all = await findTrainingImages(sources, {
      labels: preprocessing.labels,
      fence,
      signal,
      onFound: (done) => onProgress({ phase: 'finding', done, total: 0, skipped: 0 }),
    })
    const found = only
      ? { ...all, images: chosenOf(all.images, only), skipped: [...(request.leftOut ?? [])] }
      : all
    return await new Import(resolve(out), request.name, found, preprocessing).run(onProgress, signal)
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
    throw new CancelledError(
      `The import was stopped and ${out} is as it was. Run the same command again to import.`,
    )
  }
}

function chosenOf(images: readonly FoundImage[], only: readonly string[]): FoundImage[] {
  const byPath = new Map(images.map((image) => [image.path, image]))
  return only.flatMap((path) => byPath.get(path) ?? [])
}

type Report = ReturnType<typeof throttle<ImportProgress>>

class Import {
  private readonly shape: Pick<DatasetInfo, 'width' | 'height' | 'channels'>
  private readonly row: Uint8Array
  private readonly labels = new Set<string>()
  private readonly skipped: Skipped[]
  private scales: ImportScales
  private decoded = 0
  private reused = 0

  constructor(
    private readonly out: string,
    private readonly name: string | undefined,
    private readonly found: Found,
    private readonly preprocessing: Preprocessing,
  ) {
    const { width, height, color } = preprocessing
    this.shape = { width, height, channels: color === 'grey' ? 1 : 3 }
    this.row = new Uint8Array(rowBytes(this.shape))
    this.skipped = [...found.skipped]
    this.scales = new ImportScales(found.images, preprocessing.range)
  }

  async run(report: Report, signal?: AbortSignal): Promise<ImportResult> {
    const previous = await PreviousImport.open(this.out, this.found.sources, this.preprocessing)
    const { images } = this.found
    if (previous) this.scales = new ImportScales(images, this.preprocessing.range, previous.scales)
    try {
      const writer = await DatasetWriter.open(this.out, this.row.byteLength)
      try {
        await this.write(writer, previous, report, signal)
        if (writer.count === 0) throw this.nothingUsable()
        signal?.throwIfAborted()
        const info = await writer.commit(this.describe(writer.count))
        return { dataset: this.out, info, decoded: this.decoded, reused: this.reused }
      } catch (error) {
        await writer.abort()
        throw error
      }
    } finally {
      await previous?.close()
    }
  }

  private async write(
    writer: DatasetWriter,
    previous: PreviousImport | null,
    report: Report,
    signal?: AbortSignal,
  ): Promise<void> {
    const { limit } = this.preprocessing
    const { readings, total } = planReading(this.found.images, this.preprocessing)
    let done = 0
    const { scales } = this
    const reading = readImages(readings, this.preprocessing, previous, { signal, scales })
    for await (const { image, skipped } of reading) {
      this.skipped.push(...skipped)
      if (image) await this.add(image, writer, previous)
      report({ phase: 'reading', done: ++done, total, skipped: this.skipped.length })
      if (writer.count === limit) break
    }
    report.last({ phase: 'reading', done, total: done, skipped: this.skipped.length })
  }

  private async add(image: ReadImage, writer: DatasetWriter, previous: PreviousImport | null): Promise<void> {
    const { content, ...origin } = image
    if (content.kind === 'reused') {
      const { firstRow, items } = content.rows
      for (const [i, { left, top }] of items.entries()) {
        if (writer.count === this.preprocessing.limit) break
        previous!.readRow(firstRow + i, this.row)
        await writer.add({ ...origin, left, top }, this.row)
      }
      this.reused++
    } else if (this.preprocessing.patches) {
      if (!(await this.addPatches(image, writer))) return
      this.decoded++
    } else {
      await writer.add(origin, content.pixels.data)
      this.decoded++
    }
    if (origin.label !== null) this.labels.add(origin.label)
  }

  /** False when the image is too small for any. */
  private async addPatches({ content, ...origin }: ReadImage, writer: DatasetWriter): Promise<boolean> {
    if (content.kind !== 'decoded') return false
    const { pixels } = content
    try {
      for (const corner of patchCorners(pixels, origin.path, this.preprocessing)) {
        if (writer.count === this.preprocessing.limit) break
        cutPatch(pixels, corner, this.shape, this.row)
        const item: DatasetItem = { ...origin, ...corner }
        await writer.add(item, this.row)
      }
      return true
    } catch (error) {
      if (!(error instanceof UnusableImage)) throw error
      this.skipped.push({ path: origin.path, reason: error.message })
      return false
    }
  }

  private describe(count: number): DatasetInfo {
    return {
      version: 1,
      name: this.name ?? basename(this.out),
      createdAt: new Date().toISOString(),
      sources: this.found.sources,
      preprocessing: this.preprocessing,
      count,
      ...this.shape,
      labels: [...this.labels].sort(compareNames),
      skipped: this.skipped,
      ...(this.scales.all.length > 0 && { scales: this.scales.all }),
    }
  }

  private nothingUsable(): ExpectedError {
    const first = this.skipped[this.found.skipped.length]
    const why = first ? ` ${first.path}: ${first.reason}` : ''
    return new ExpectedError('bad-input', sentence('datasets.noneImagesCouldRead', { why }))
  }
}
