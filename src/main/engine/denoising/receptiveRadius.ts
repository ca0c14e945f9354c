import type { ModelSpec } from '../../../shared/modelSpec'
import { networkReach } from './networkReach'

/** How far from a pixel its output looks, in pixels. @throws Error for a model with dense layers */
export function receptiveRadius({ encoder, decoder, block, network }: ModelSpec): number {
  if (network) return networkReach(network).radius
  let radius = 0
  let pixel = block
  for (const layer of encoder) {
    if (layer.type === 'dense') throw new Error('A dense layer looks at all pixels.')
    if (layer.type === 'conv') radius += pixel * (layer.kernel - 1) * (decoder === 'mirror' ? 1 : 0.5)
    pixel *= layer.type === 'conv' ? layer.stride : layer.size
  }
  if (decoder === 'convolution') radius += block
  // Strides and pools look at whole cells.
  return Math.ceil(radius) + (pixel > block ? 2 * pixel : 0)
}

/** Pixels that what goes into a convolutional model is a multiple of, in height and width. */
export function cellOf({ encoder, block, network }: ModelSpec): number {
  if (network) return networkReach(network).cell
  const strides = encoder.map((layer) =>
    layer.type === 'conv' ? layer.stride : layer.type === 'pool' ? layer.size : 1,
  )
  return strides.reduce((product, stride) => product * stride, block)
}
