import { join } from 'node:path'
import { sharp } from '../../base/sharp'
import { inputSize } from '../../../shared/modelSpec'
import { toImageBatch } from '../../../shared/imageBatch'
import { splitImages } from '../../engine/training/splitImages'
import type { ComputeClient } from '../../worker/computeClient'
import { OpenDatasets } from '../../features/datasets/openDatasets'
import { subsetDataset } from '../../features/datasets/subsetDataset'
import { batchStream } from '../../features/models/batchStream'
import { openNamedModel } from '../../features/models/builtinModels'
import { fittingScale, imageGrid, type Picture } from '../../base/drawing/imageGrid'
import type { TrainSummary } from '../../features/training/trainRun'

const shown = 8
const gap = 2
const widestPixels = 1100
const mostBytes = 150_000

export interface ReconstructionPicture {
  /** A WebP file. */
  readonly file: Buffer
  readonly images: number
  /** Whether the run has not trained on them. Where none was held out, it has. */
  readonly heldOut: boolean
}

/**
 * Some images over their reconstructions by the best epoch of a run, enlarged pixel by pixel.
 *
 * @param work a folder for the dataset that they become
 */
export async function reconstructionPicture(
  { run, info }: TrainSummary,
  work: string,
  client: ComputeClient,
  signal?: AbortSignal,
): Promise<ReconstructionPicture> {
  const { validation, train } = splitImages(info.images, info.config.validationSplit, info.config.seed)
  const heldOut = validation.length > 0
  const rows = evenlySpread(heldOut ? validation : train)
  const dataset = join(work, 'shown')
  const opened = new OpenDatasets()
  try {
    await subsetDataset([{ folder: info.dataset, rows }], dataset, 'shown', opened, signal)
  } finally {
    await opened.forget(info.dataset)
  }
  const { files } = await openNamedModel(run)
  const shape = files.spec.input
  const size = inputSize(shape)
  const pixels = new Uint8Array(2 * rows.length * size)
  const params = { model: files, dataset, noise: null, seed: 0 }
  for await (const { first, clean, output } of batchStream(client, 'reconstruct', params, signal)) {
    pixels.set(clean, first * size)
    pixels.set(toImageBatch(output, shape).pixels, (rows.length + first) * size)
  }
  const grid = imageGrid({ pixels, count: 2 * rows.length, shape }, rows.length, gap)
  return { file: await encode(grid, shape.width), images: rows.length, heldOut }
}

function evenlySpread(rows: Uint32Array): number[] {
  const count = Math.min(shown, rows.length)
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!)
}

/** Without loss, unless that takes too much. */
async function encode({ rgba, width, height }: Picture, imageWidth: number): Promise<Buffer> {
  // Fewer images are enlarged as much as all of them, so that a single one does not fill the page.
  const scale = fittingScale(shown * (imageWidth + gap) - gap, widestPixels)
  const picture = sharp(rgba, { raw: { width, height, channels: 4 } }).resize({
    width: width * scale,
    height: height * scale,
    kernel: 'nearest',
  })
  const whole = await picture.clone().webp({ lossless: true, effort: 6 }).toBuffer()
  if (whole.length <= mostBytes) return whole
  return picture.webp({ quality: 92, effort: 6, smartSubsample: true }).toBuffer()
}
