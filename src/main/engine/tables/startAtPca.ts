import type { ModelSpec } from '../../../shared/modelSpec'
import { biasOf, decoderKernel, encoderKernel } from '../models/autoencoder'
import type { TablePca } from './iterativePca'

/** The linear autoencoder that does what PCA does: code = axes · (row − mean), row = axesᵀ · code + mean. */
export function valuesOfPca(spec: ModelSpec, { mean, axes }: TablePca): Record<string, Float32Array> {
  const [width, components] = [mean.length, axes.length]
  const kernel = new Float32Array(width * components)
  const offset = new Float32Array(components)
  axes.forEach((axis, k) =>
    axis.forEach((value, f) => {
      kernel[f * components + k] = value
      offset[k]! -= value * mean[f]!
    }),
  )
  const back = new Float32Array(width * components)
  axes.forEach((axis, k) => back.set(axis, k * width))
  return {
    [encoderKernel(0)]: kernel,
    [biasOf('encoder', 0)]: offset,
    [biasOf('decoder', 0)]: Float32Array.from(mean),
    ...(spec.tying === 'untied' && { [decoderKernel(0)]: back }),
  }
}
