import { z } from 'zod'
import { type Activation, activationSchema } from './activations'
import {
  type Network,
  leadingTo,
  networkParameters,
  networkSchema,
  readsNoiseLevel,
  sizeOfValue,
  takesAnySize,
  valueShapes,
} from './network'

import { noiseLevelIssue, noiseLevels } from './noiseLevels'

export { noiseLevels } from './noiseLevels'
export { type Activation, activations, activationSchema } from './activations'

/**
 * How the decoder's kernels come from the encoder's. Biases belong to each side in all of them.
 *
 * - `tied`: decoder kernel = transpose of the encoder kernel, one variable read twice, trained through both
 * - `untied`: two variables
 * - `copied`: the decoder is set to the transpose after every batch or epoch and not trained
 * - `pseudo-inverse`: the decoder is set to the Moore-Penrose pseudo-inverse after every epoch and not trained
 */
export const tyingModes = ['tied', 'untied', 'copied', 'pseudo-inverse'] as const
export const tyingSchema = z.enum(tyingModes)
export type Tying = z.infer<typeof tyingSchema>

/** After what a decoder that follows its encoder is made anew from it: see `copied` and `pseudo-inverse`. */
export const copyMoments = ['batch', 'epoch'] as const
export type CopyMoment = (typeof copyMoments)[number]

/** `pca` begins where PCA of the training images ends; a model that cannot begins as `he-normal` does, around their mean. */
export const initializers = [
  'glorot-uniform',
  'glorot-normal',
  'he-uniform',
  'he-normal',
  'lecun-normal',
  'orthogonal',
  'pca',
] as const
export const initializerSchema = z.enum(initializers)
export type Initializer = z.infer<typeof initializerSchema>

const size = z.number().int().min(1).max(4096)

export const inputShapeSchema = z.object({
  height: size,
  width: size,
  channels: z.union([z.literal(1), z.literal(3)]),
})
/** Pixels of one image; a batch is batch × height × width × channels. */
export type InputShape = z.infer<typeof inputShapeSchema>

export const denseLayerSchema = z.object({
  type: z.literal('dense'),
  units: z.number().int().min(1).max(65_536),
  activation: activationSchema.default('relu'),
})
/** A convolution; `stride` 2 halves height and width. */
export const convLayerSchema = z.object({
  type: z.literal('conv'),
  filters: z.number().int().min(1).max(2048),
  /** Side of the kernel, in pixels. */
  kernel: z.number().int().min(1).max(15).default(3),
  stride: z.number().int().min(1).max(4).default(1),
  /** What is around the image: zeros, or the image mirrored. A mirrored layer of the decoder has zeros around it. */
  padding: z.enum(['zero', 'reflect']).default('zero'),
  activation: activationSchema.default('relu'),
})
/** The largest or the mean of each square of pixels; the decoder enlarges again. */
export const poolLayerSchema = z.object({
  type: z.literal('pool'),
  pooling: z.enum(['max', 'average']).default('max'),
  size: z.number().int().min(2).max(4).default(2),
  /** How the decoder enlarges. */
  upsampling: z.enum(['nearest', 'bilinear']).default('nearest'),
})
export const layerSchema = z.discriminatedUnion('type', [denseLayerSchema, convLayerSchema, poolLayerSchema])
export type LayerSpec = z.infer<typeof layerSchema>
export type DenseLayer = z.infer<typeof denseLayerSchema>

export const losses = ['mse', 'mae', 'charbonnier', 'ssim-mae', 'binary-crossentropy'] as const
export const lossSchema = z.enum(losses)
export type Loss = z.infer<typeof lossSchema>

/**
 * A model as JSON. The decoder mirrors the encoder: layer k of the decoder gives what encoder layer k reads, with the
 * activation of the layer before that one, and the last has `output.activation`. A `convolution` decoder is a single
 * convolution, for networks that restore images and have no code.
 */
export const modelSpecSchema = z
  .object({
    version: z.literal(1).default(1),
    name: z.string().min(1).max(120).optional(),
    input: inputShapeSchema,
    /** Squares of so many pixels a side become the channels of one before the first layer, and pixels again at the end. */
    block: z.union([z.literal(1), z.literal(2), z.literal(4)]).default(1),
    /** Whether the strength of the noise comes in as one more channel (Zhang et al. 2018, FFDNet). */
    noiseLevel: z.boolean().default(false),
    /** Whether there are two noise levels: of brightness, and of differences of colours. */
    colorNoiseLevel: z.boolean().optional(),
    /** Whether the mean of each image is taken out before the first layer, and put back at the end. */
    removeMean: z.boolean().default(false),
    encoder: z.array(layerSchema).max(64),
    /** Instead of an encoder and a decoder: a network made elsewhere, as it stands. */
    network: networkSchema.optional(),
    decoder: z.enum(['mirror', 'convolution']).default('mirror'),
    /** Whether each layer of the decoder gets what its encoder layer read, added (Ronneberger et al. 2015, U-Net). */
    skips: z.boolean().default(false),
    tying: tyingSchema.default('tied'),
    /** When a copied decoder is set to the transpose. */
    copyEvery: z.enum(copyMoments).default('batch'),
    output: z
      .object({
        activation: activationSchema.default('linear'),
        /** Whether the network gives what is to be added to its input (Zhang et al. 2017, DnCNN). */
        residual: z.boolean().default(false),
      })
      .prefault({}),
    loss: lossSchema.default('mse'),
    /** Whether the loss counts all pixels, or those alone that noise has changed (Vincent et al. 2010, "emphasis"). */
    lossOver: z.enum(['all', 'corrupted']).default('all'),
    initializer: initializerSchema.default('glorot-uniform'),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
  })
  .strict()
  .superRefine((spec, context) => {
    const issue = modelSpecIssue(spec)
    if (issue) context.addIssue({ code: 'custom', ...issue, path: [...issue.path] })
  })
export type ModelSpec = z.infer<typeof modelSpecSchema>

type Issue = { readonly message: string; readonly path: readonly (string | number)[] }

/** Why settings that are right one by one do not go together. */
function modelSpecIssue(spec: Omit<ModelSpec, 'name'>): Issue | null {
  const { encoder, input, block, decoder, tying, output, loss, network } = spec
  if (network) return networkIssue(spec, network)
  if (encoder.length === 0) return { message: 'A model needs a layer at least.', path: ['encoder'] }
  if (loss === 'binary-crossentropy' && output.activation !== 'sigmoid')
    return {
      message:
        'The loss binary-crossentropy needs output values between 0 and 1: set output.activation to "sigmoid", or choose the loss mse.',
      path: ['loss'],
    }
  if (loss === 'ssim-mae' && spec.lossOver !== 'all')
    return {
      message:
        'SSIM looks at windows and not at single pixels: choose another loss, or set lossOver to "all".',
      path: ['lossOver'],
    }
  if ((output.residual || spec.removeMean) && output.activation !== 'linear')
    return {
      message: 'An output that is added to something must be linear: set output.activation to "linear".',
      path: ['output', 'activation'],
    }
  if (loss === 'ssim-mae' && Math.min(input.height, input.width) < 11)
    return {
      message: 'SSIM looks through a window of 11 × 11: choose larger images, or the loss mae.',
      path: ['loss'],
    }
  if (input.height % block || input.width % block)
    return {
      message: `Images of ${input.width} × ${input.height} are not made of blocks of ${block}: choose a size that ${block} divides.`,
      path: ['block'],
    }
  const spatial = encoder.some(({ type }) => type !== 'dense')
  const late = encoder.findIndex(({ type }, i) => type !== 'dense' && encoder[i - 1]?.type === 'dense')
  if (late >= 0)
    return {
      message: 'Convolution and pooling come before dense layers: put the dense layers last.',
      path: ['encoder', late],
    }
  if (spatial && tying === 'pseudo-inverse')
    return {
      message: 'The pseudo-inverse is made for dense layers: choose tied, untied or copied.',
      path: ['tying'],
    }
  if (!spatial && (block > 1 || spec.noiseLevel || decoder !== 'mirror'))
    return {
      message: 'Blocks, a noise level and a convolution as decoder need convolutional layers.',
      path: ['encoder'],
    }
  const levels = noiseLevelIssue(spec, hasCode(spec))
  if (levels) return levels
  return decoder === 'convolution' ? restorerIssue(spec) : poolIssue(spec)
}

/** A network says for itself what the other settings say of layers. */
function networkIssue(spec: Omit<ModelSpec, 'name'>, network: Network): Issue | null {
  const { encoder, block, decoder, skips, removeMean, tying, output } = spec
  if (encoder.length > 0 || block > 1 || skips || removeMean || tying !== 'untied' || output.residual)
    return {
      message: 'A network as it stands goes without an encoder, blocks, skips and tying.',
      path: ['network'],
    }
  if (decoder !== 'convolution' || output.activation !== 'linear')
    return {
      message: 'A network as it stands has decoder "convolution" and a linear output.',
      path: ['network'],
    }
  if (spec.noiseLevel !== readsNoiseLevel(network) || (spec.noiseLevel && network.code !== null))
    return { message: 'A network that reads "sigma" has a noise level and no code.', path: ['noiseLevel'] }
  try {
    valueShapes(network, spec.input)
    if (network.code !== null && leadingTo(network, network.output, new Set([network.code])).has('image'))
      return {
        message: `Not all goes through "${network.code}", so it is no code.`,
        path: ['network', 'code'],
      }
    return null
  } catch (error) {
    return { message: (error as Error).message, path: ['network'] }
  }
}

function restorerIssue({ encoder, skips }: Omit<ModelSpec, 'name'>): Issue | null {
  const other = encoder.findIndex((layer) => layer.type !== 'conv' || layer.stride !== 1)
  if (other >= 0)
    return {
      message: 'Before a convolution as decoder all layers are convolutions with stride 1.',
      path: ['encoder', other],
    }
  return skips ? { message: 'Skips go with a mirrored decoder.', path: ['skips'] } : null
}

function poolIssue(spec: Omit<ModelSpec, 'name'>): Issue | null {
  const shapes = layerShapes(spec)
  const uneven = spec.encoder.findIndex((layer, i) => {
    const { height, width } = shapes[i]!
    return layer.type === 'pool' && (height % layer.size !== 0 || width % layer.size !== 0)
  })
  if (uneven < 0) return null
  const { height, width } = shapes[uneven]!
  return {
    message: `Pooling cannot divide ${width} × ${height} evenly: choose another size of the images or of the pool.`,
    path: ['encoder', uneven],
  }
}

export function inputSize({ height, width, channels }: InputShape): number {
  return height * width * channels
}

/** What a layer reads or gives: height × width × channels, a dense layer's being 1 × 1 × units. */
export interface LayerShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

type Layers = Pick<ModelSpec, 'input' | 'block' | 'noiseLevel' | 'colorNoiseLevel' | 'encoder'>

/** What each layer of the encoder reads, and at the end what the last one gives. */
export function layerShapes(layers: Layers): LayerShape[] {
  const { input, block, encoder } = layers
  const shapes: LayerShape[] = [
    {
      height: input.height / block,
      width: input.width / block,
      channels: input.channels * block * block + noiseLevels(layers),
    },
  ]
  for (const layer of encoder) {
    const { height, width, channels } = shapes.at(-1)!
    if (layer.type === 'dense') shapes.push({ height: 1, width: 1, channels: layer.units })
    else if (layer.type === 'pool')
      shapes.push({ height: Math.ceil(height / layer.size), width: Math.ceil(width / layer.size), channels })
    else
      shapes.push({
        height: Math.ceil(height / layer.stride),
        width: Math.ceil(width / layer.stride),
        channels: layer.filters,
      })
  }
  return shapes
}

const shapeSize = ({ height, width, channels }: LayerShape) => height * width * channels

/** Whether there is a code that says everything the decoder is told. */
export function hasCode({
  decoder,
  skips,
  removeMean,
  output,
  network,
}: Pick<ModelSpec, 'decoder' | 'skips' | 'removeMean' | 'output' | 'network'>): boolean {
  if (network) return network.code !== null
  return decoder === 'mirror' && !skips && !removeMean && !output.residual
}

/** Whether a model of this kind takes images of any size, in tiles. */
export function isFullyConvolutional({ encoder, network }: Pick<ModelSpec, 'encoder' | 'network'>): boolean {
  if (network) return takesAnySize(network)
  return encoder.every(({ type }) => type !== 'dense')
}

/** The shape of a layer's kernel: inputs × units, or height × width × channels × filters; null for a layer without. */
export function kernelShape(layer: LayerSpec, reads: LayerShape): readonly number[] | null {
  if (layer.type === 'dense') return [shapeSize(reads), layer.units]
  if (layer.type === 'conv') return [layer.kernel, layer.kernel, reads.channels, layer.filters]
  return null
}

/** Channels that the decoder gives at the end, before blocks become pixels again. */
export function outputChannels({ input, block }: Pick<ModelSpec, 'input' | 'block'>): number {
  return input.channels * block * block
}

/** The kernel of a convolution as decoder. */
export function restoringKernel(spec: Layers): readonly number[] {
  return [3, 3, layerShapes(spec).at(-1)!.channels, outputChannels(spec)]
}

/** How many values training moves: all biases, and the kernels of the encoder; those of the decoder where it is untied. */
export function countTrained(spec: ModelSpec): number {
  const shapes = layerShapes(spec)
  const product = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1)
  if (spec.network) return networkParameters(spec.network).reduce((sum, { shape }) => sum + product(shape), 0)
  let kernels = 0
  let biases = 0
  spec.encoder.forEach((layer, i) => {
    const shape = kernelShape(layer, shapes[i]!)
    if (!shape) return
    kernels += product(shape)
    biases += shape.at(-1)!
    if (spec.decoder === 'mirror') biases += decoderBias(spec, i, shapes[i]!)
  })
  if (spec.decoder === 'convolution')
    return kernels + biases + product(restoringKernel(spec)) + outputChannels(spec)
  if (spec.tying !== 'untied') return kernels + biases
  // The noise level is read by the encoder alone.
  const [first] = spec.encoder
  const noise = first!.type === 'conv' ? noiseLevels(spec) * first!.kernel ** 2 * first!.filters : 0
  return 2 * kernels - noise + biases
}

/** Channels of what the decoder layer that mirrors encoder layer `layer` gives: the noise level is not given back. */
export function decodedChannels(spec: ModelSpec, layer: number, reads: LayerShape): number {
  return layer === 0 ? outputChannels(spec) : reads.channels
}

/** Values of the bias of the decoder layer that mirrors encoder layer `layer`, which reads `reads`. */
export function decoderBias(spec: ModelSpec, layer: number, reads: LayerShape): number {
  if (spec.encoder[layer]!.type === 'dense') return shapeSize(reads)
  return decodedChannels(spec, layer, reads)
}

/** Dimensions of the latent code; 0 for a network without one. */
export function codeSize(spec: ModelSpec): number {
  const { network } = spec
  if (network)
    return network.code === null ? 0 : sizeOfValue(valueShapes(network, spec.input).get(network.code)!)
  return shapeSize(layerShapes(spec).at(-1)!)
}

/** What a layer's sums go through; a pool has none. */
export function activationOf(layer: LayerSpec): Activation | null {
  return layer.type === 'pool' ? null : layer.activation
}
