import { z } from 'zod'
import { noiseSpecSchema } from './noise'

export const optimizerNames = ['adam', 'adamw', 'sgd', 'rmsprop'] as const
export const runtimeNames = ['tensorflow', 'onnx'] as const
export const runtimeNameSchema = z.enum(runtimeNames)
export type RuntimeName = z.infer<typeof runtimeNameSchema>

export const optimizerSchema = z.object({
  name: z.enum(optimizerNames).default('adam'),
  /** Peak learning rate; the schedule scales it. */
  learningRate: z.number().positive().max(100).default(0.001),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-7),
  /** SGD's momentum and RMSProp's. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** RMSProp's decay of the mean square. */
  decay: z.number().min(0).lt(1).default(0.9),
  /** AdamW's decoupled weight decay (Loshchilov & Hutter 2019), on kernels only. */
  weightDecay: z.number().min(0).max(1).default(0.01),
  /** Global gradient norm above which gradients are scaled down; 0 switches it off. */
  clipNorm: z.number().min(0).default(0),
})
export type OptimizerConfig = z.infer<typeof optimizerSchema>

export const scheduleSchema = z.discriminatedUnion('name', [
  z.object({ name: z.literal('constant') }),
  /** Half a cosine from the peak to `floor` × peak, step by step over all epochs. */
  z.object({
    name: z.literal('cosine'),
    floor: z.number().min(0).max(1).default(0),
    /** Share of the steps at the peak before it falls. */
    hold: z.number().min(0).max(1).default(0),
    /** Share of the steps over which the rate rises from 0 to its peak. */
    warmup: z.number().min(0).max(0.5).default(0),
  }),
  /** × `factor` after `patience` epochs without a better validation loss. */
  z.object({
    name: z.literal('plateau'),
    factor: z.number().gt(0).lt(1).default(0.5),
    patience: z.number().int().min(1).default(3),
  }),
])
export type ScheduleConfig = z.infer<typeof scheduleSchema>

/** Random squares of the model's size out of larger images, cut anew in each epoch. */
export const patchesConfigSchema = z.object({
  /** Patches of each image in an epoch. */
  perImage: z.number().int().min(1).max(10_000).default(16),
  /** Whether patches are flipped and turned at random. */
  augment: z.boolean().default(true),
})
export type PatchesConfig = z.infer<typeof patchesConfigSchema>

/** Changes that leave an image what it is, drawn anew for each image in each epoch. */
export const augmentationSchema = z.object({
  /** Whether images are mirrored left to right, one in two. */
  flip: z.boolean().default(false),
  /** Images are moved by up to this share of their side; the border is repeated. */
  shift: z.number().min(0).max(0.5).default(0),
})
export type Augmentation = z.infer<typeof augmentationSchema>

/**
 * What is trained first, for a share of the epochs; the rest trains the model as its spec says.
 *
 * - `tied`: an untied decoder is held at the encoder's transposes, and both are then trained on apart (Hinton & Salakhutdinov
 *   2006 unroll and fine-tune so, from restricted Boltzmann machines)
 * - `layerwise`: each layer alone, from the input inwards, learns to give back what the layer before it gives (Bengio et al.
 *   2007); all of them are then trained together
 */
export const pretrainingKinds = ['tied', 'layerwise'] as const
export const pretrainingSchema = z.object({
  kind: z.enum(pretrainingKinds),
  share: z.number().min(0.05).max(0.95).default(0.5),
})
export type Pretraining = z.infer<typeof pretrainingSchema>

/** The shortest time that a run can be given. */
export const leastBudgetMs = 1000

export const trainingConfigSchema = z.object({
  /** With a budget the number that fits into it, known once the speed has been measured. */
  epochs: z.number().int().min(1).max(1_000_000).default(20),
  /** Images of an epoch where it is not one pass through all of them: more, or fewer; null for one pass. */
  imagesPerEpoch: z.number().int().min(1).max(100_000_000).nullable().default(null),
  batchSize: z.number().int().min(1).max(65_536).default(128),
  optimizer: optimizerSchema.prefault({}),
  schedule: scheduleSchema.default({ name: 'constant' }),
  /** Corruption of the input; the target stays clean. */
  noise: noiseSpecSchema.nullable().default(null),
  /** Share of the images whose Gaussian noise is cut off at black and white and rounded to 8 bits, as in files. */
  clippedShare: z.number().min(0).max(1).default(0),
  /**
   * What a bit for each pixel is worth, in the loss: codes are trained to be small in a compressed file (engine/training/
   * codeRate.ts). Null without that.
   */
  compressible: z.number().gt(0).max(10).nullable().default(null),
  /** Null where images are as large as the model takes them. */
  patches: patchesConfigSchema.nullable().default(null),
  augmentation: augmentationSchema.nullable().default(null),
  pretraining: pretrainingSchema.nullable().default(null),
  /** Milliseconds that the run is to take, from its start to its last epoch; null trains `epochs` epochs. */
  budgetMs: z.number().min(leastBudgetMs).nullable().default(null),
  /**
   * Decay a step of a moving average of the weights, which becomes the model; 0 takes the weights themselves. Begins
   * lower: min(decay, (1 + t) / (10 + t)) at step t.
   */
  averageDecay: z.number().min(0).lt(1).default(0),
  /** Share of the images kept for validation. */
  validationSplit: z.number().min(0).max(0.9).default(0.1),
  /** Epochs without a better validation loss after which training stops; 0 never. */
  patience: z.number().int().min(0).default(0),
  /** Seeds shuffling, the split and the noise; the model's own seed initialises its weights. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
})
export type TrainingConfig = z.infer<typeof trainingConfigSchema>

/** The same with a number of epochs that was asked for, whatever time they take; without one it stays as it is. */
export function withEpochs(config: TrainingConfig, epochs: number | null | undefined): TrainingConfig {
  return epochs == null ? config : { ...config, epochs, budgetMs: null }
}

/** What is trained where nothing else was chosen. */
export const defaultPreset = 'tied-relu-784-196-81-49'
