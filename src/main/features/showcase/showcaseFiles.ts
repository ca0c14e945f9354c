import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sharp } from '../../base/sharp'
import { z } from 'zod'
import { sampleResources } from '../../store/builtFiles'
import type { PixelBlock } from '../../../shared/api/library'
import type { Showcase } from '../../../shared/api/showcase'
import { codeSize, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { openModel } from '../../store/modelStore'
import { readSafetensors, writeSafetensors } from '../../store/safetensors'

/** A model's folder as any other, with its images and its map beside it. */
export const showcaseFolder = (): string => join(sampleResources(), 'letters')
const files = {
  /** All images side by side. */
  sheet: (folder: string) => join(folder, 'images.png'),
  map: (folder: string) => join(folder, 'map.safetensors'),
} as const

const side = 28
const metadataSchema = z.object({
  labels: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  loss: z.coerce.number(),
  columns: z.coerce.number().int().min(1),
})

/** What is shown, and the model that learns it. */
export interface ShowcaseContent {
  readonly showcase: Showcase
  readonly spec: ModelSpec
}

/** @throws ExpectedError when a file is missing or damaged */
export async function readShowcase(folder: string): Promise<ShowcaseContent> {
  const [{ files: model }, { tensors, metadata }, sheet] = await Promise.all([
    openModel(folder),
    readSafetensors(files.map(folder)),
    readFile(files.sheet(folder)),
  ])
  const { labels, loss, columns } = metadataSchema.parse(metadata)
  const pixels = await sharp(sheet).toColourspace('b-w').raw().toBuffer()
  const block = (data: Uint8Array): PixelBlock => ({
    count: data.length / side ** 2,
    height: side,
    width: side,
    channels: 1,
    data,
  })
  const { spec } = model
  const showcase: Showcase = {
    images: block(tilesOf(pixels, labels.length, columns)),
    map: tensors.map!.data as Float32Array,
    shown: tensors.shown!.data as Int32Array,
    reconstructions: block(tensors.reconstructions!.data as Uint8Array),
    labels,
    loss,
    inputs: inputSize(spec.input),
    codeSize: codeSize(spec),
  }
  return { showcase, spec }
}

/** The reverse, for those who make it; the model is written before. */
export async function writeShowcase(
  folder: string,
  { images, labels, map, shown, reconstructions, loss }: Showcase,
): Promise<void> {
  const columns = Math.ceil(Math.sqrt(images.count))
  const rows = Math.ceil(images.count / columns)
  const sheet = new Uint8Array(columns * rows * side ** 2)
  eachRow(images.count, columns, (tile, onSheet) =>
    sheet.set(images.data.subarray(tile, tile + side), onSheet),
  )
  await sharp(sheet, { raw: { width: columns * side, height: rows * side, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 9, effort: 10 })
    .toFile(files.sheet(folder))
  await writeSafetensors(files.map(folder), {
    tensors: {
      map: { dtype: 'F32', shape: [images.count, 2], data: map },
      shown: { dtype: 'I32', shape: [shown.length], data: shown },
      reconstructions: { dtype: 'U8', shape: [shown.length, side, side], data: reconstructions.data },
    },
    metadata: { labels: JSON.stringify(labels), loss: String(loss), columns: String(columns) },
  })
}

function tilesOf(sheet: Uint8Array, count: number, columns: number): Uint8Array {
  const tiles = new Uint8Array(count * side ** 2)
  eachRow(count, columns, (tile, onSheet) => tiles.set(sheet.subarray(onSheet, onSheet + side), tile))
  return tiles
}

/** Where each row of pixels of each image begins, among the images and on the sheet. */
function eachRow(count: number, columns: number, visit: (tile: number, onSheet: number) => void): void {
  for (let i = 0; i < count; i++)
    for (let y = 0; y < side; y++) {
      const row = Math.floor(i / columns) * side + y
      visit(i * side ** 2 + y * side, row * columns * side + (i % columns) * side)
    }
}

/** Of the dataset and of the model. */
export const showcaseName = 'First letters'

/** Sixteen of each digit and letter. */
export const showcaseSample = { count: 576, seed: 7 } as const

/** Labels of the images that are shown, in this order on the screen where each is the first or the next of its label. */
export const shownLabels = [...'HOURGLASS123']
