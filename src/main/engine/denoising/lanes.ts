import { availableParallelism } from 'node:os'
import type { Runtime } from '../runtimes/runtime'

/** Tiles to compute side by side: on a processor TensorFlow keeps each to one core (see training/tuning.ts). */
export function lanesOf(runtime: Runtime, device: string): number {
  const isGpu = runtime.devices().some(({ id, isGpu }) => id === device && isGpu)
  return runtime.name === 'tensorflow' && !isGpu ? availableParallelism() : 1
}
