import { z } from 'zod'

export const activations = ['linear', 'relu', 'leaky-relu', 'elu', 'sigmoid', 'tanh', 'softplus'] as const
export const activationSchema = z.enum(activations)
export type Activation = z.infer<typeof activationSchema>

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

export const initializers = [
  'glorot-uniform',
  'glorot-normal',
  'he-uniform',
  'he-normal',
  'lecun-normal',
  'orthogonal',
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
export const layerSchema = z.discriminatedUnion('type', [denseLayerSchema])
export type LayerSpec = z.infer<typeof layerSchema>

export const losses = ['mse', 'mae', 'binary-crossentropy'] as const
export const lossSchema = z.enum(losses)
export type Loss = z.infer<typeof lossSchema>

/**
 * A model as JSON. The decoder mirrors the encoder: layer k of the decoder has the width and the activation of what
 * encoder layer k reads, and the last one has `output.activation`.
 */
export const modelSpecSchema = z
  .object({
    version: z.literal(1).default(1),
    name: z.string().min(1).max(120).optional(),
    input: inputShapeSchema,
    encoder: z.array(layerSchema).min(1).max(64),
    tying: tyingSchema.default('tied'),
    /** When a copied decoder is set to the transpose. */
    copyEvery: z.enum(['batch', 'epoch']).default('batch'),
    output: z.object({ activation: activationSchema.default('linear') }).default({ activation: 'linear' }),
    loss: lossSchema.default('mse'),
    initializer: initializerSchema.default('glorot-uniform'),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
  })
  .strict()
  .refine((spec) => spec.loss !== 'binary-crossentropy' || spec.output.activation === 'sigmoid', {
    error:
      'The loss binary-crossentropy needs output values between 0 and 1: set output.activation to "sigmoid", or choose the loss mse.',
    path: ['loss'],
  })
export type ModelSpec = z.infer<typeof modelSpecSchema>

export function inputSize({ height, width, channels }: InputShape): number {
  return height * width * channels
}

/** How many values training moves: all biases, and the kernels of the encoder; those of the decoder where it is untied. */
export function countTrained(spec: ModelSpec): number {
  const widths = [inputSize(spec.input), ...spec.encoder.map(({ units }) => units)]
  const kernels = spec.encoder.reduce((sum, { units }, layer) => sum + widths[layer]! * units, 0)
  const biases = spec.encoder.reduce((sum, { units }, layer) => sum + units + widths[layer]!, 0)
  return (spec.tying === 'untied' ? 2 : 1) * kernels + biases
}

/** Dimensions of the latent code. */
export function codeSize(spec: ModelSpec): number {
  return spec.encoder.at(-1)!.units
}
