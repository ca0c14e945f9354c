import type { ModelPart, TiedAs } from '../../../../shared/exporting'
import {
  type Activation,
  codeSize,
  decodedChannels,
  hasCode,
  layerShapes,
  type LayerShape,
  type ModelSpec,
  noiseLevels,
} from '../../../../shared/modelSpec'
import { decoderKernel, encoderKernel, mirrored } from '../../models/autoencoder'
import type { Weight } from '../../models/weights'
import { noCode } from '../exporter'
import { convolution, enlarged, type PlacedConvolution, transposedConvolution } from './convolutions'
import { type LayerModel, LayerStack, type NewLayer, type Output } from './layerStack'

export interface LayerModelOptions {
  readonly part: ModelPart
  readonly tiedAs: TiedAs
}

/**
 * A model as layers that Keras and TensorFlow.js have, with images as batch × height × width × channels. `full` reads
 * `image` (and `sigma`, batch × noiseLevels on the scale 0-255), `encoder` reads `image`, `decoder` reads `code`.
 *
 * @param weights all kernels and biases by name, a tied decoder's too
 * @throws ExpectedError `bad-input` for a part that the model does not have
 */
export function layerModel(
  spec: ModelSpec,
  weights: Readonly<Record<string, Weight>>,
  { part, tiedAs }: LayerModelOptions,
): LayerModel {
  if (part !== 'full' && !hasCode(spec)) throw noCode()
  return new LayerModelWriter(spec, weights, tiedAs === 'shared' && part === 'full').write(part)
}

const flatSize = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1)
const sides = ({ height, width, channels }: LayerShape) => [height, width, channels]

class LayerModelWriter {
  private readonly stack = new LayerStack()
  private readonly shapes: readonly LayerShape[]
  private readonly sharesKernels: boolean

  constructor(
    private readonly spec: ModelSpec,
    private readonly weights: Readonly<Record<string, Weight>>,
    shared: boolean,
  ) {
    this.shapes = layerShapes(spec)
    this.sharesKernels = shared && spec.tying === 'tied' && spec.decoder === 'mirror'
  }

  write(part: ModelPart): LayerModel {
    const { stack, spec } = this
    const { layers } = stack
    if (part === 'decoder') {
      const code = stack.input('code', [codeSize(spec)])
      return { layers, inputs: [code], output: this.image(this.decoder(code, null), 'image') }
    }
    const image = stack.input('image', sides(spec.input))
    if (part === 'encoder') {
      const reads = this.encoder(image, null)
      return { layers, inputs: [image], output: this.flat(reads.at(-1)!, 'code') }
    }
    const sigma = spec.noiseLevel ? stack.input('sigma', [noiseLevels(spec)]) : null
    return { layers, inputs: sigma ? [image, sigma] : [image], output: this.full(image, sigma) }
  }

  private full(image: Output, sigma: Output | null): Output {
    const { spec, stack } = this
    const mean = spec.removeMean ? this.mean(image) : null
    const centred = mean ? this.sum('centred', [image, this.scaled(mean, -1, 'minus_mean')]) : image
    const reads = this.encoder(centred, sigma)
    const code = hasCode(spec) ? this.flat(reads.at(-1)!, 'code') : reads.at(-1)!
    const drawn = spec.decoder === 'convolution' ? this.restored(code) : this.decoder(code, reads)
    const reshaped = this.reshaped(drawn, sides(spec.input), 'drawn')
    if (spec.output.residual)
      return this.image(stack.add('added', addition, [reshaped, image], image.shape), 'reconstruction')
    return this.image(mean ? this.sum('added', [reshaped, mean]) : reshaped, 'reconstruction')
  }

  /** What each layer reads, and the code at the end. */
  private encoder(image: Output, sigma: Output | null): Output[] {
    const { spec, stack, shapes } = this
    const reads = [spec.encoder[0]!.type === 'dense' ? image : this.stem(image, sigma)]
    spec.encoder.forEach((layer, i) => {
      const h = reads.at(-1)!
      const name = `encoder_${i}`
      if (layer.type === 'pool') {
        const type = layer.pooling === 'max' ? 'MaxPooling2D' : 'AveragePooling2D'
        const side = [layer.size, layer.size]
        const settings = { pool_size: side, strides: side, padding: 'valid', data_format: 'channels_last' }
        reads.push(stack.add(name, { type, settings }, [h], sides(shapes[i + 1]!)))
        return
      }
      const sums =
        layer.type === 'dense'
          ? this.dense(name, this.flat(h, `${name}_reads`), encoderKernel(i), `encoder.${i}.bias`, i)
          : convolution(stack, name, this.placed(i, h), {
              kernel: this.weights[encoderKernel(i)]!,
              bias: this.weights[`encoder.${i}.bias`]!,
              decoderBias: this.sharesKernels ? this.weights[this.decoderBias(i)]! : null,
            })
      reads.push(this.activated(sums, layer.activation, `${name}_activation`))
    })
    return reads
  }

  /** @param reads what the encoder's layers read, for skips */
  private decoder(code: Output, reads: readonly Output[] | null): Output {
    const { spec, stack, shapes } = this
    const last = shapes.at(-1)!
    let h = spec.encoder.at(-1)!.type === 'dense' ? code : this.reshaped(code, sides(last), 'code_as_image')
    for (let i = spec.encoder.length - 1; i >= 0; i--) {
      const before = spec.encoder[i - 1]
      const name = `decoder_${mirrored(spec, i)}`
      h = this.decodedLayer(i, h, name)
      if (before && 'activation' in before) h = this.activated(h, before.activation, `${name}_activation`)
      if (spec.skips && reads && i > 0) h = stack.add(`${name}_skip`, addition, [h, reads[i]!], h.shape)
    }
    return spec.encoder[0]!.type === 'dense' ? h : this.shuffled(h)
  }

  private decodedLayer(i: number, h: Output, name: string): Output {
    const { spec, stack, weights } = this
    const layer = spec.encoder[i]!
    const reads = this.shapes[i]!
    const shape = [reads.height, reads.width, decodedChannels(spec, i, reads)]
    if (layer.type === 'pool') return enlarged(stack, name, h, layer, shape)
    const kernel = decoderKernel(mirrored(spec, i))
    if (layer.type === 'conv')
      return transposedConvolution(stack, name, this.placed(i, h), {
        kernel: weights[kernel]!,
        bias: weights[this.decoderBias(i)]!,
        shape,
        sharedWith: this.sharesKernels ? `encoder_${i}` : null,
      })
    const sums = this.sharesKernels
      ? stack.callAgain(`encoder_${i}`, { inputs: [h], settings: { transpose: true } }, [flatSize(shape)])
      : this.dense(name, h, kernel, this.decoderBias(i), null)
    const isFlat = i === 0 || spec.encoder[i - 1]!.type === 'dense'
    return isFlat ? sums : this.reshaped(sums, shape, `${name}_as_image`)
  }

  private placed(i: number, input: Output): PlacedConvolution {
    const layer = this.spec.encoder[i]!
    if (layer.type !== 'conv') throw new Error('No convolution.')
    return { layer, input }
  }

  private decoderBias(i: number): string {
    return `decoder.${mirrored(this.spec, i)}.bias`
  }

  /** @param encoderLayer that a decoder will read again, or null */
  private dense(name: string, h: Output, kernel: string, bias: string, encoderLayer: number | null): Output {
    const { shape } = this.weights[kernel]!
    const own = { kernel: this.weights[kernel]!, bias: this.weights[bias]! }
    const units = shape[1]!
    const shared = this.sharesKernels && encoderLayer != null
    const layer: NewLayer = shared
      ? {
          type: 'TiedDense',
          settings: { units },
          weights: { ...own, decoder_bias: this.weights[this.decoderBias(encoderLayer)]! },
        }
      : { type: 'Dense', settings: { units, activation: 'linear', use_bias: true }, weights: own }
    return this.stack.add(name, layer, [h], [units])
  }

  private restored(features: Output): Output {
    const layer = {
      type: 'conv',
      filters: 0,
      kernel: 3,
      stride: 1,
      padding: 'zero',
      activation: 'linear',
    } as const
    const kernel = this.weights[decoderKernel(0)]!
    const filters = kernel.shape[3]!
    return this.shuffled(
      convolution(
        this.stack,
        'decoder_0',
        { layer: { ...layer, filters }, input: features },
        {
          kernel,
          bias: this.weights['decoder.0.bias']!,
          decoderBias: null,
        },
      ),
    )
  }

  /** Images as the first convolution reads them. */
  private stem(image: Output, sigma: Output | null): Output {
    const { stack } = this
    const blocks = this.unshuffled(image)
    if (!sigma) return blocks
    const [height, width, channels] = blocks.shape as [number, number, number]
    const levels = noiseLevels(this.spec)
    const noise = this.reshaped(this.scaled(sigma, 1 / 255, 'noise'), [1, 1, levels], 'noise_as_image')
    const size = { size: [height, width], data_format: 'channels_last', interpolation: 'nearest' }
    const plane = stack.add(
      'noise_plane',
      { type: 'UpSampling2D', settings: size },
      [noise],
      [height, width, levels],
    )
    const joined = { type: 'Concatenate', settings: { axis: -1 } }
    return stack.add('with_noise', joined, [blocks, plane], [height, width, channels + levels])
  }

  private unshuffled(image: Output): Output {
    const { block } = this.spec
    if (block === 1) return image
    const [height, width, channels] = image.shape as [number, number, number]
    const split = [height / block, block, width / block, block, channels]
    const squares = this.permuted(this.reshaped(image, split, 'blocks_split'), 'blocks')
    return this.reshaped(
      squares,
      [height / block, width / block, block * block * channels],
      'blocks_as_channels',
    )
  }

  private shuffled(h: Output): Output {
    const { block } = this.spec
    if (block === 1) return h
    const [height, width, channels] = h.shape as [number, number, number]
    const out = channels / (block * block)
    const split = this.reshaped(h, [height, width, block, block, out], 'channels_split')
    return this.reshaped(
      this.permuted(split, 'channels_as_blocks'),
      [height * block, width * block, out],
      'pixels',
    )
  }

  private permuted(h: Output, name: string): Output {
    const [a, b, c, d, e] = h.shape as [number, number, number, number, number]
    return this.stack.add(
      name,
      { type: 'Permute', settings: { dims: [1, 3, 2, 4, 5] } },
      [h],
      [a, c, b, d, e],
    )
  }

  /** The mean of each image, 1 × 1 × 1: a product with equal numbers. */
  private mean(image: Output): Output {
    const size = flatSize(image.shape)
    const kernel = { shape: [size, 1], data: new Float32Array(size).fill(1 / size) }
    const layer = {
      type: 'Dense',
      settings: { units: 1, activation: 'linear', use_bias: false, trainable: false },
      weights: { kernel },
    }
    return this.reshaped(
      this.stack.add('mean', layer, [this.flat(image, 'pixels_in_a_row')], [1]),
      [1, 1, 1],
      'mean_as_image',
    )
  }

  private scaled(h: Output, scale: number, name: string): Output {
    return this.stack.add(name, { type: 'Rescaling', settings: { scale, offset: 0 } }, [h], h.shape)
  }

  /** Of an image and a value of its own. */
  private sum(name: string, [image, value]: readonly [Output, Output]): Output {
    return this.stack.add(name, addition, [image, value], image.shape)
  }

  private activated(h: Output, activation: Activation, name: string): Output {
    if (activation === 'linear') return h
    const layer: NewLayer =
      activation === 'leaky-relu'
        ? { type: 'LeakyReLU', settings: { negative_slope: 0.2 } }
        : { type: 'Activation', settings: { activation } }
    return this.stack.add(name, layer, [h], h.shape)
  }

  /** The end of the network: always a layer of that name, so that there is one to ask for. */
  private image(sums: Output, name: string): Output {
    const drawn = this.reshaped(sums, sides(this.spec.input), `${name}_as_image`)
    const { activation } = this.spec.output
    if (activation !== 'leaky-relu')
      return this.stack.add(name, { type: 'Activation', settings: { activation } }, [drawn], drawn.shape)
    return this.activated(drawn, activation, name)
  }

  private flat(h: Output, name: string): Output {
    return h.shape.length === 1 && name !== 'code'
      ? h
      : this.stack.add(
          name,
          { type: 'Reshape', settings: { target_shape: [flatSize(h.shape)] } },
          [h],
          [flatSize(h.shape)],
        )
  }

  private reshaped(h: Output, shape: readonly number[], name: string): Output {
    if (h.shape.join() === shape.join()) return h
    return this.stack.add(name, { type: 'Reshape', settings: { target_shape: shape } }, [h], shape)
  }
}

const addition = { type: 'Add', settings: {} }
