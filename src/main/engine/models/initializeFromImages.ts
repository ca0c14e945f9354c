import { type Activation } from '../../../shared/activations'
import {
  codeSize,
  inputSize,
  layerShapes,
  type LayerShape,
  type LayerSpec,
  type ModelSpec,
} from '../../../shared/modelSpec'
import { dot, leadingAxes } from '../projection/leadingAxes'
import { randomStream, streams } from '../training/random'
import { biasOf, decoderKernel, encoderKernel, kernelLayers, mirrored, parametersOf } from './autoencoder'
import { decoderCopies } from './decoderCopies'
import { sizeOf } from '../graph/tensor'
import { transposed } from './weights'

/** What an activation gives for −x, as a share of what it gives for x: f(x) − f(−x) = (1 + slope) · x. */
const slopes: Partial<Record<Activation, number>> = { relu: 0, 'leaky-relu': 0.2 }

/** Values that axes are found from, at most: some 24 MB of floats. */
const mostValues = 3e6
const mostVectors = 8000
/** With more dimensions than this the axes come from the Gram matrix of fewer vectors, and there are fewer of them. */
const manyDimensions = 300
const fewVectors = 1000

/**
 * Signals that the units of a layer carry, before anything is trained: centred, and uncorrelated. Where the activation is
 * not linear two units carry each signal, one its positive and one its negative part.
 */
interface Signals {
  /** images × height × width × count */
  readonly values: Float32Array
  readonly height: number
  readonly width: number
  readonly count: number
  /** 1 + slope of the activation that they have gone through, or 0 where each unit carries one as it is. */
  readonly gain: number
}

/**
 * Values of all parameters with which the model reconstructs images as PCA does: a dense one as PCA of images, one of
 * convolutions as PCA of their blocks, layer by layer. Training then starts where PCA ends.
 *
 * Each layer holds principal axes a twice, as a and −a, so that ReLU and leaky ReLU pass on a signal in two parts, and the
 * next layer puts them together (Balduzzi et al. 2017, "The Shattered Gradients Problem", section 4: looks-linear
 * initialization; Shang et al. 2016: concatenated ReLU). The transposed kernels undo it, so tied decoders start there too. Units beyond
 * those read at random and are not read yet.
 *
 * @param images count × inputs, 0..1: some hundreds
 * @returns null for a model that cannot begin so: other activations inside, a code or an output that is not linear, pools
 */
export function initializeFromImages(
  spec: ModelSpec,
  images: Float32Array,
): Record<string, Float32Array> | null {
  if (!canStartFromImages(spec)) return null
  const { trained, copies } = parametersOf(spec)
  const values: Record<string, Float32Array> = Object.fromEntries(
    trained.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
  )
  const shapes = layerShapes(spec)
  const mean = meanOf(spec, images)
  let signals: Signals = firstSignals(spec, images, mean)
  spec.encoder.forEach((layer, i) => {
    signals = fillLayer(spec, i, layer, shapes[i]!, signals, values)
  })
  // What the mean of the images gives in the first layer is taken off there, and added again at the end.
  values[biasOf('decoder', mirrored(spec, 0))]!.set(mean)
  takeOffMean(values[encoderKernel(0)]!, values[biasOf('encoder', 0)]!, mean)
  if (spec.tying === 'untied')
    for (const { layer, type, shape } of kernelLayers(spec)) {
      const kernel = values[encoderKernel(layer)]!
      const [rows, columns] = shape as [number, number]
      values[decoderKernel(mirrored(spec, layer))] =
        type === 'dense' ? transposed(kernel, rows, columns) : kernel.slice()
    }
  return copies.length ? { ...values, ...decoderCopies(spec, values) } : values
}

export function canStartFromImages(spec: ModelSpec): boolean {
  const { encoder, decoder, network, skips, removeMean, noiseLevel, output, tying } = spec
  const isPlain = !network && decoder === 'mirror' && !skips && !removeMean && !noiseLevel && !output.residual
  return (
    isPlain &&
    // The pseudo-inverse of axes that stand there twice gives half of what their transpose does.
    tying !== 'pseudo-inverse' &&
    output.activation === 'linear' &&
    encoder.every(
      (layer, i) =>
        layer.type !== 'pool' &&
        (i === encoder.length - 1
          ? layer.activation === 'linear'
          : layer.activation in slopes || layer.activation === 'linear') &&
        (layer.type !== 'conv' || layer.kernel >= layer.stride),
    )
  )
}

/** The mean image of a dense model; of one of convolutions the mean of each channel, as its bias has no more. */
function meanOf(spec: ModelSpec, images: Float32Array): Float32Array {
  const inputs = inputSize(spec.input)
  const count = images.length / inputs
  const mean = new Float64Array(inputs)
  for (let at = 0; at < images.length; at += inputs)
    for (let i = 0; i < inputs; i++) mean[i]! += images[at + i]!
  const image = Float32Array.from(mean, (sum) => sum / count)
  if (spec.encoder[0]!.type === 'dense') return image
  const blocks = inBlocks(spec, image)
  const { channels } = layerShapes(spec)[0]!
  const places = blocks.length / channels
  const perChannel = new Float64Array(channels)
  blocks.forEach((value, i) => (perChannel[i % channels]! += value))
  return Float32Array.from(perChannel, (sum) => sum / places)
}

/** Blocks of pixels as channels, in the order of pixelUnshuffle. */
function inBlocks({ input, block }: ModelSpec, images: Float32Array): Float32Array {
  if (block === 1) return images
  const { width, channels } = input
  const height = images.length / (width * channels)
  const [columns, depth] = [width / block, channels * block * block]
  const out = new Float32Array(images.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const place = Math.floor(y / block) * columns + Math.floor(x / block)
        const within = ((y % block) * block + (x % block)) * channels + c
        out[place * depth + within] = images[(y * width + x) * channels + c]!
      }
  return out
}

function firstSignals(spec: ModelSpec, images: Float32Array, mean: Float32Array): Signals {
  if (spec.encoder[0]!.type === 'dense') {
    const values = images.map((value, i) => value - mean[i % mean.length]!)
    return { values, height: 1, width: 1, count: mean.length, gain: 0 }
  }
  const { height, width, channels } = layerShapes(spec)[0]!
  const values = inBlocks(spec, images).map((value, i) => value - mean[i % channels]!)
  return { values, height, width, count: channels, gain: 0 }
}

/** Fills a layer's kernel, and says what its units carry. */
function fillLayer(
  spec: ModelSpec,
  index: number,
  layer: LayerSpec,
  reads: LayerShape,
  signals: Signals,
  values: Record<string, Float32Array>,
): Signals {
  if (layer.type === 'pool') throw new Error('A pool has no kernel.')
  const units = layer.type === 'dense' ? layer.units : layer.filters
  const isLinear = layer.activation === 'linear'
  const window = windowOf(layer, signals)
  const blocks = blocksOf(signals, window)
  const dimensions = window.height * window.width * signals.count
  const most = dimensions > manyDimensions ? Math.max(64, 2 * codeSize(spec)) : Infinity
  const axes = axesOf(blocks, dimensions, isLinear ? units : Math.min(most, Math.floor(units / 2)))
  const kernel = values[encoderKernel(index)]!
  const gain = signals.gain || 1
  const kernelWidth = layer.type === 'dense' ? window.width : layer.kernel
  const [top, left] = [middleOf(layer, signals.height), middleOf(layer, signals.width)]
  axes.forEach((axis, j) => {
    axis.forEach((weight, at) => {
      const signal = at % signals.count
      const place = Math.floor(at / signals.count)
      const tap = (Math.floor(place / window.width) + top) * kernelWidth + (place % window.width) + left
      const value = weight / gain
      const set = (channel: number, unit: number, entry: number) =>
        void (kernel[(tap * reads.channels + channel) * units + unit] = entry)
      set(signal, j, value)
      if (!isLinear) set(signal, axes.length + j, -value)
      if (!signals.gain) return
      set(signals.count + signal, j, -value)
      if (!isLinear) set(signals.count + signal, axes.length + j, value)
    })
  })
  if (!isLinear)
    fillSpareUnits(kernel, units, 2 * axes.length, randomStream(spec.seed, streams.initialize, index))
  return {
    // Nobody reads what comes out of the last layer.
    values: index < spec.encoder.length - 1 ? project(blocks, dimensions, axes) : new Float32Array(0),
    height: window.rows,
    width: window.columns,
    count: axes.length,
    gain: isLinear ? 0 : 1 + slopes[layer.activation]!,
  }
}

/** The pixels that a layer's blocks are made of: those under the middle of a kernel, which blocks side by side cover once. */
function windowOf(layer: LayerSpec, { height, width }: Signals) {
  if (layer.type !== 'conv') return { height, width, rows: 1, columns: 1 }
  const { stride } = layer
  return {
    height: stride,
    width: stride,
    rows: Math.ceil(height / stride),
    columns: Math.ceil(width / stride),
  }
}

/** Where in a kernel the block begins that it puts out for: as far in as there is padding before the first pixel. */
function middleOf(layer: LayerSpec, size: number): number {
  if (layer.type !== 'conv') return 0
  const { kernel, stride } = layer
  const padding = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size)
  return Math.min(Math.floor(padding / 2), kernel - stride)
}

type Window = ReturnType<typeof windowOf>

/** Blocks side by side, each with all signals of its pixels; beyond the border there is nothing. */
function blocksOf({ values, height, width, count }: Signals, window: Window): Float32Array {
  const images = values.length / (height * width * count)
  const size = window.height * window.width * count
  const out = new Float32Array(images * window.rows * window.columns * size)
  let to = 0
  for (let image = 0; image < images; image++)
    for (let row = 0; row < window.rows; row++)
      for (let column = 0; column < window.columns; column++)
        for (let dy = 0; dy < window.height; dy++)
          for (let dx = 0; dx < window.width; dx++, to += count) {
            const y = row * window.height + dy
            const x = column * window.width + dx
            if (y >= height || x >= width) continue
            const from = ((image * height + y) * width + x) * count
            out.set(values.subarray(from, from + count), to)
          }
  return out
}

/** Principal axes of some of the blocks. Signals that all fit go through as they are. */
function axesOf(blocks: Float32Array, dimensions: number, wanted: number): Float32Array[] {
  const count = blocks.length / dimensions
  const most = dimensions > manyDimensions ? fewVectors : mostVectors
  const taken = Math.min(count, most, Math.max(1, Math.floor(mostValues / dimensions)))
  if (taken === count) return leadingAxes(blocks, dimensions, wanted)
  const some = new Float32Array(taken * dimensions)
  for (let i = 0; i < taken; i++) {
    const from = Math.floor((i * count) / taken) * dimensions
    some.set(blocks.subarray(from, from + dimensions), i * dimensions)
  }
  return leadingAxes(some, dimensions, wanted)
}

/** @returns blocks × axes */
function project(blocks: Float32Array, dimensions: number, axes: readonly Float32Array[]): Float32Array {
  const count = blocks.length / dimensions
  const out = new Float32Array(count * axes.length)
  for (let row = 0; row < count; row++) {
    const block = blocks.subarray(row * dimensions, (row + 1) * dimensions)
    axes.forEach((axis, k) => (out[row * axes.length + k] = dot(block, axis)))
  }
  return out
}

/** He et al. 2015, halved. */
function fillSpareUnits(
  kernel: Float32Array,
  units: number,
  from: number,
  random: { normal(): number },
): void {
  const inputs = kernel.length / units
  const deviation = Math.sqrt(2 / inputs) / 2
  for (let input = 0; input < inputs; input++)
    for (let unit = from; unit < units; unit++) kernel[input * units + unit] = deviation * random.normal()
}

/** bias = −Wᵀ · mean, with the mean at each tap of a convolution. */
function takeOffMean(kernel: Float32Array, bias: Float32Array, mean: Float32Array): void {
  const units = bias.length
  for (let input = 0; input < kernel.length / units; input++)
    for (let unit = 0; unit < units; unit++)
      bias[unit]! -= kernel[input * units + unit]! * mean[input % mean.length]!
}
