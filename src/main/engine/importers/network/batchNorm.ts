import type { Weight } from '../../models/weights'
import { vector } from './networkBuilder'

/** As it is when a network is used (Ioffe & Szegedy 2015): (x - mean) · gamma / √(variance + ε) + beta = x · gain + shift. */
export function batchNorm(
  {
    gamma,
    beta,
    mean,
    variance,
  }: Readonly<Record<'mean' | 'variance', Float32Array>> &
    Readonly<Partial<Record<'gamma' | 'beta', Float32Array>>>,
  epsilon: number,
): { readonly gain: Weight; readonly shift: Weight } {
  const gain = variance.map((value, i) => (gamma ? gamma[i]! : 1) / Math.sqrt(value + epsilon))
  const shift = mean.map((value, i) => (beta ? beta[i]! : 0) - value * gain[i]!)
  return { gain: vector(gain), shift: vector(shift) }
}
