import {
  codeSize,
  decodedChannels,
  decoderBias,
  type DenseLayer,
  inputSize,
  kernelShape,
  layerShapes,
  type LayerShape,
  type LayerSpec,
  type ModelSpec,
  restoringKernel,
  noiseLevels,
} from '../../../shared/modelSpec'
import { networkParameters } from '../../../shared/network'
import { activationFunctions } from '../graph/ops/activations'
import { add, sub } from '../graph/ops/arithmetic'
import { broadcastLike } from '../graph/ops/broadcast'
import { concat } from '../graph/ops/concat'
import { conv2d } from '../graph/ops/convolution/conv2d'
import { convTranspose2d } from '../graph/ops/convolution/convTranspose2d'
import { pixelShuffle, pixelUnshuffle } from '../graph/ops/images/pixelShuffle'
import { averagePool, maxPool } from '../graph/ops/images/pooling'
import { upsampleBilinear, upsampleNearest } from '../graph/ops/images/upsample'
import { linear } from '../graph/ops/linear'
import { linearColumns } from '../graph/ops/linearColumns'
import { reduceMean } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { slice } from '../graph/ops/slice'
import { BATCH, type Tensor } from '../graph/tensor'
import { networkValue } from './networkGraph'
import type { Parameter } from './parameters'

/** Parameters of a model: those that training moves, and the decoder kernels that are set from outside. */
export interface ModelParameters {
  readonly trained: readonly Parameter[]
  readonly copies: readonly Parameter[]
}

export const encoderKernel = (layer: number) => `encoder.${layer}.kernel`
/** Decoder layers count from the code outwards. */
export const decoderKernel = (layer: number) => `decoder.${layer}.kernel`
export const biasOf = (side: 'encoder' | 'decoder', layer: number) => `${side}.${layer}.bias`

/** The encoder layer that a decoder layer mirrors, and the other way round. */
export function mirrored(spec: ModelSpec, layer: number): number {
  return spec.encoder.length - 1 - layer
}

/** A layer of the encoder that has a kernel. */
export interface KernelLayer {
  readonly layer: number
  readonly type: 'dense' | 'conv'
  /** inputs × units, or height × width × channels × filters. */
  readonly shape: readonly number[]
  /** The decoder's: units × inputs, or as the encoder's, since a transposed convolution reads the same kernel. */
  readonly decoderShape: readonly number[]
}

export function kernelLayers(spec: ModelSpec): KernelLayer[] {
  const shapes = layerShapes(spec)
  return spec.encoder.flatMap(({ type }, layer): KernelLayer[] => {
    const shape = kernelShape(spec.encoder[layer]!, shapes[layer]!)
    if (!shape || type === 'pool') return []
    if (type === 'dense') return [{ layer, type, shape, decoderShape: [...shape].reverse() }]
    const [height, width, , filters] = shape as [number, number, number, number]
    const decoderShape = [height, width, decodedChannels(spec, layer, shapes[layer]!), filters]
    return [{ layer, type, shape, decoderShape }]
  })
}

export function parametersOf(spec: ModelSpec): ModelParameters {
  if (spec.network) return { trained: networkParameters(spec.network), copies: [] }
  const shapes = layerShapes(spec)
  const layers = kernelLayers(spec)
  const kernel = (name: string, shape: readonly number[]): Parameter => ({ name, shape, kind: 'kernel' })
  const bias = (side: 'encoder' | 'decoder', layer: number, size: number): Parameter => ({
    name: biasOf(side, layer),
    shape: [size],
    kind: 'bias',
  })
  const encoder = layers.flatMap(({ layer, shape }) => [
    kernel(encoderKernel(layer), shape),
    bias('encoder', layer, shape.at(-1)!),
  ])
  if (spec.decoder === 'convolution') {
    const shape = restoringKernel(spec)
    const decoder = [kernel(decoderKernel(0), shape), bias('decoder', 0, shape.at(-1)!)]
    return { trained: [...encoder, ...decoder], copies: [] }
  }
  const outwards = [...layers].reverse()
  const biases = outwards.map(({ layer }) =>
    bias('decoder', mirrored(spec, layer), decoderBias(spec, layer, shapes[layer]!)),
  )
  const kernels = outwards.map(({ layer, decoderShape }) =>
    kernel(decoderKernel(mirrored(spec, layer)), decoderShape),
  )
  if (spec.tying === 'tied') return { trained: [...encoder, ...biases], copies: [] }
  if (spec.tying === 'untied') return { trained: [...encoder, ...kernels, ...biases], copies: [] }
  return { trained: [...encoder, ...biases], copies: kernels }
}

/** What a forward pass needs beside its images. */
export interface ForwardOptions {
  readonly parameters: ReadonlyMap<string, Tensor>
  /** Whether images are columns: inputs × batch. Dense models only. */
  readonly columns?: boolean
  /** Sigmas of the noise where 1 is white, batch × noiseLevels(spec): for models that take them. */
  readonly noiseLevel?: Tensor
}

/**
 * @param x batch × inputs, or inputs × batch as columns
 * @returns the code, batch × codeSize, or codeSize × batch
 */
export function encode(spec: ModelSpec, x: Tensor, options: ForwardOptions): Tensor {
  const { network, input } = spec
  if (network?.code) return networkValue(network, input, network.code, { image: x, ...options })
  return flat(throughEncoder(spec, x, options).at(-1)!, codeSize(spec))
}

/** @returns batch × inputs (or inputs × batch), before the output's activation */
export function decodeToSums(spec: ModelSpec, code: Tensor, options: ForwardOptions): Tensor {
  const { network, input } = spec
  if (network) return networkValue(network, input, network.output, { code, ...options })
  const shape = layerShapes(spec).at(-1)!
  const start = spec.encoder.at(-1)!.type === 'dense' ? code : images(code, shape)
  return flat(throughDecoder(spec, start, null, options), inputSize(spec.input))
}

/** From images to their reconstruction before the output's activation, with all that goes past the code. */
export function reconstructToSums(spec: ModelSpec, x: Tensor, options: ForwardOptions): Tensor {
  const { network, input } = spec
  if (network) return networkValue(network, input, network.output, { image: x, ...options })
  const mean = spec.removeMean ? imageMeans(x, options) : null
  const reads = throughEncoder(spec, mean ? sub(x, mean) : x, options)
  const decoded =
    spec.decoder === 'convolution'
      ? restored(spec, reads.at(-1)!, options)
      : throughDecoder(spec, reads.at(-1)!, reads, options)
  const sums = options.columns ? decoded : flat(decoded, inputSize(spec.input))
  // What a residual network adds to has its mean still.
  if (spec.output.residual) return add(sums, x)
  return mean ? add(sums, mean) : sums
}

/**
 * What the outermost layer of a dense decoder reads, from images to their reconstruction, as batch × units or units × batch.
 *
 * @param sums what the first layer gives before its activation
 */
export function hiddenReconstruction(spec: ModelSpec, sums: Tensor, options: ForwardOptions): Tensor {
  const first = activationFunctions[(spec.encoder[0] as DenseLayer).activation](sums)
  const reads = onThroughEncoder(spec, [sums, first], options)
  return throughDecoder(spec, reads.at(-1)!, reads, options, 1)
}

/**
 * What an encoder layer reads, through it and back through the decoder layer that mirrors it, before an activation. Dense
 * layers only.
 */
export function layerAndBack(spec: ModelSpec, layer: number, reads: Tensor, options: ForwardOptions): Tensor {
  const dense = options.columns ? linearColumns : linear
  const kernel = options.parameters.get(encoderKernel(layer))!
  const sums = dense(reads, kernel, options.parameters.get(biasOf('encoder', layer))!)
  const code = activationFunctions[(spec.encoder[layer] as DenseLayer).activation](sums)
  return decodedLayer(spec, layer, code, layerShapes(spec)[layer]!, options)
}

export function activateOutput(spec: ModelSpec, sums: Tensor): Tensor {
  return activationFunctions[spec.output.activation](sums)
}

function imageMeans(x: Tensor, { columns }: ForwardOptions): Tensor {
  return columns ? reshape(reduceMean(x, [0]), [1, BATCH]) : reshape(reduceMean(x, [1]), [BATCH, 1])
}

const isDense = (layer: LayerSpec | undefined) => layer?.type === 'dense'

/** What each layer reads, and the code at the end: images as batch × height × width × channels, else batch × units. */
function throughEncoder(spec: ModelSpec, x: Tensor, options: ForwardOptions): Tensor[] {
  return onThroughEncoder(spec, [isDense(spec.encoder[0]) ? x : stem(spec, x, options)], options)
}

/** @param first what the first layers read, and what the last of them gives */
function onThroughEncoder(spec: ModelSpec, first: readonly Tensor[], options: ForwardOptions): Tensor[] {
  const { parameters } = options
  const dense = options.columns ? linearColumns : linear
  const shapes = layerShapes(spec)
  const reads = [...first]
  spec.encoder.slice(first.length - 1).forEach((layer, rest) => {
    const i = rest + first.length - 1
    const h = reads.at(-1)!
    if (layer.type === 'pool') {
      reads.push((layer.pooling === 'max' ? maxPool : averagePool)(h, layer.size))
      return
    }
    const kernel = parameters.get(encoderKernel(i))!
    const offset = parameters.get(biasOf('encoder', i))!
    const sums =
      layer.type === 'dense'
        ? dense(flat(h, sizeOfShape(shapes[i]!)), kernel, offset)
        : conv2d(h, kernel, offset, {
            stride: layer.stride,
            padding: layer.padding === 'reflect' ? 'reflect' : 'same',
          })
    reads.push(activationFunctions[layer.activation](sums))
  })
  return reads
}

/**
 * A tied decoder reads the encoder's kernels, transposed within the product or the convolution: one variable, two
 * readers, and the gradient is the sum over both.
 *
 * @param reads what the encoder's layers read, for skips
 * @param outermost the layer of the encoder after whose mirror image to stop
 * @returns what that layer reads: of the first one images as batch × height × width × channels, or batch × inputs of a dense model
 */
function throughDecoder(
  spec: ModelSpec,
  code: Tensor,
  reads: readonly Tensor[] | null,
  options: ForwardOptions,
  outermost = 0,
): Tensor {
  const shapes = layerShapes(spec)
  let h = code
  for (let i = spec.encoder.length - 1; i >= outermost; i--) {
    const before = spec.encoder[i - 1]
    h = decodedLayer(spec, i, h, shapes[i]!, options)
    if (before && 'activation' in before) h = activationFunctions[before.activation](h)
    if (spec.skips && reads && i > 0) h = add(h, reads[i]!)
  }
  return isDense(spec.encoder[0]) ? h : pixelShuffle(h, spec.block)
}

function decodedLayer(
  spec: ModelSpec,
  i: number,
  h: Tensor,
  reads: LayerShape,
  options: ForwardOptions,
): Tensor {
  const layer = spec.encoder[i]!
  if (layer.type === 'pool')
    return layer.upsampling === 'bilinear' ? upsampleBilinear(h, layer.size) : upsampleNearest(h, layer.size)
  const { parameters } = options
  const tied = spec.tying === 'tied'
  const kernel = parameters.get(tied ? encoderKernel(i) : decoderKernel(mirrored(spec, i)))!
  const offset = parameters.get(biasOf('decoder', mirrored(spec, i)))!
  if (layer.type === 'dense') {
    const dense = options.columns ? linearColumns : linear
    const sums = dense(h, kernel, offset, tied)
    return i === 0 || isDense(spec.encoder[i - 1]) ? sums : images(sums, reads)
  }
  const channels = decodedChannels(spec, i, reads)
  const own = kernel.shape[2] === channels ? kernel : slice(kernel, 2, 0, channels)
  const shape = [BATCH, reads.height, reads.width, channels]
  return convTranspose2d(h, own, shape, { stride: layer.stride }, offset)
}

function restored(spec: ModelSpec, features: Tensor, { parameters }: ForwardOptions): Tensor {
  const kernel = parameters.get(decoderKernel(0))!
  return pixelShuffle(conv2d(features, kernel, parameters.get(biasOf('decoder', 0))!), spec.block)
}

/** Images as the first layer reads them. */
function stem(spec: ModelSpec, x: Tensor, { noiseLevel }: ForwardOptions): Tensor {
  const blocks = pixelUnshuffle(images(x, spec.input), spec.block)
  if (!spec.noiseLevel) return blocks
  if (!noiseLevel) throw new Error('The model takes a noise level.')
  const pixel = slice(blocks, 3, 0, 1)
  const planes = Array.from({ length: noiseLevels(spec) }, (_, level) =>
    broadcastLike(reshape(slice(noiseLevel, 1, level, 1), [BATCH, 1, 1, 1]), pixel),
  )
  return concat([blocks, ...planes], 3)
}

const sizeOfShape = ({ height, width, channels }: LayerShape) => height * width * channels

const images = (x: Tensor, { height, width, channels }: LayerShape) =>
  reshape(x, [BATCH, height, width, channels])

const flat = (x: Tensor, size: number) => (x.shape.length === 4 ? reshape(x, [BATCH, size]) : x)
