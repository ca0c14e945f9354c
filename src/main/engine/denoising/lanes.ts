import { availableParallelism } from 'node:os'
import type { Runtime } from '../runtimes/runtime'

/** Tiles that go into one call of a runtime. */
export interface Lanes {
  /** Batches computed side by side, each on a core of its own; for runtimes that do not share out a batch by themselves. */
  readonly lanes: number
  /** Tiles in the batch of a lane. */
  readonly batch: number
}

/**
 * On a processor TensorFlow keeps a batch to one core (see training/tuning.ts). A batch of one image it does not convolve
 * with oneDNN's fast kernels, for which the weights would have to be laid out anew, but by copying windows: two images
 * take as long as one.
 */
export function lanesOf(runtime: Runtime, device: string): Lanes {
  const isGpu = runtime.devices().some(({ id, isGpu }) => id === device && isGpu)
  const isAlone = runtime.name !== 'tensorflow' || isGpu
  return isAlone ? { lanes: 1, batch: 1 } : { lanes: availableParallelism(), batch: 2 }
}
