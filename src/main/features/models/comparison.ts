import { type InputShape, inputSize } from '../../../shared/modelSpec'
import { type ImageBatch, toImageBatch } from '../../../shared/imageBatch'
import type { ReconstructedBatch } from './tasks/modelTasks'
import { montagePng } from '../../base/drawing/montage'

const mostColumns = 12
/** Large images take fewer columns, so that the picture stays one that programs open. */
const widestPixels = 4096

/** The first images of a reconstruction as a picture: a row of originals, of what the model was given, of its answers. */
export class Comparison {
  private readonly columns: number
  private readonly rows = {
    original: [] as Uint8Array[],
    noisy: [] as Uint8Array[],
    reconstructed: [] as Uint8Array[],
  }
  private count = 0

  constructor(
    private readonly shape: InputShape,
    private readonly hasNoise: boolean,
  ) {
    this.columns = Math.max(1, Math.min(mostColumns, Math.floor(widestPixels / shape.width)))
  }

  add({ clean, input, output, count }: ReconstructedBatch): void {
    const taken = Math.min(count, this.columns - this.count)
    if (taken <= 0) return
    const length = taken * inputSize(this.shape)
    const asPixels = (values: Float32Array) => toImageBatch(values.subarray(0, length), this.shape).pixels
    this.rows.original.push(clean.slice(0, length))
    this.rows.noisy.push(asPixels(input))
    this.rows.reconstructed.push(asPixels(output))
    this.count += taken
  }

  /** A PNG. */
  draw(): Promise<Buffer> {
    const titles = this.hasNoise
      ? (['original', 'noisy', 'reconstructed'] as const)
      : (['original', 'reconstructed'] as const)
    return montagePng(titles.map((title) => ({ title, images: this.images(this.rows[title]) })))
  }

  private images(parts: readonly Uint8Array[]): ImageBatch {
    return { pixels: Buffer.concat(parts), count: this.count, shape: this.shape }
  }
}
