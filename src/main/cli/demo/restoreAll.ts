import { inputSize, type InputShape } from '../../../shared/modelSpec'
import { type ImageBatch, toImageBatch } from '../../../shared/imageBatch'
import { clipped } from '../../engine/imaging/pixelBytes'
import { psnrOfImages } from '../../engine/imaging/psnr'
import type { EvaluateParams } from '../../features/models/tasks/modelTasks'
import { batchStream } from '../../features/models/batchStream'
import type { DemoWork } from './demoWork'

/** Images before and after a model, all count × height × width × channels; 0..1, of which noise leaves some outside. */
export interface Restored {
  readonly shape: InputShape
  readonly clean: Float32Array
  readonly noisy: Float32Array
  readonly restored: Float32Array
}

/** Runs a whole dataset, which has to fit into memory, through a model. @throws CancelledError */
export async function restoreAll(
  count: number,
  params: EvaluateParams,
  { client, signal }: DemoWork,
): Promise<Restored> {
  const shape = params.model.spec.input
  const size = inputSize(shape)
  const [clean, noisy, restored] = [0, 1, 2].map(() => new Float32Array(count * size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  for await (const batch of batchStream(client, 'reconstruct', params, signal)) {
    const start = batch.first * size
    batch.clean.forEach((byte, i) => (clean[start + i] = byte / 255))
    noisy.set(batch.input, start)
    restored.set(batch.output, start)
  }
  return { shape, clean, noisy, restored }
}

/** Mean squared error as it is, and the mean PSNR with the values clipped to 0..1. */
export function errorOf(clean: Float32Array, other: Float32Array, shape: InputShape) {
  let sum = 0
  for (let i = 0; i < clean.length; i++) sum += (clean[i]! - other[i]!) ** 2
  const psnrs = psnrOfImages(clean, clipped(other), shape)
  return { loss: sum / clean.length, psnr: psnrs.reduce((total, psnr) => total + psnr, 0) / psnrs.length }
}

/** `shown` images of a set, evenly spread, so that they come from as many labels. */
export function pickImages(values: Float32Array, shape: InputShape, shown: number): ImageBatch {
  const size = inputSize(shape)
  const count = values.length / size
  const picked = new Float32Array(shown * size)
  for (let i = 0; i < shown; i++) {
    const from = Math.floor(((i + 0.5) * count) / shown) * size
    picked.set(values.subarray(from, from + size), i * size)
  }
  return toImageBatch(picked, shape)
}
