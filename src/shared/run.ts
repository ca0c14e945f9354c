import { z } from 'zod'
import { experimentOfRunSchema } from './experiment'
import { inputShapeSchema, modelSpecSchema } from './modelSpec'
import { runtimeNameSchema, trainingConfigSchema } from './trainingConfig'

/**
 * The states of a run.
 *
 *     waiting ──its turn──▶ created ──▶ training ──▶ done
 *        ▲ │                   │           │          │ resume with more epochs
 *        │ └──taken out of     ▼           ▼          │
 *        │    the queue──▶ paused, stopped, interrupted, failed
 *        │                             │              │
 *        └───────────resume────────────┴──────────────┘
 *
 * A new run waits too, for as short as it may be. It fails out of the queue where its images do not turn out as
 * expected. Taken out of the queue, a new run is stopped, and a resumed one is as it was before.
 */
export const runStates = [
  'waiting',
  'created',
  'training',
  'paused',
  'stopped',
  'interrupted',
  'failed',
  'done',
] as const

/** One line of metrics.jsonl. Losses are means over images; PSNR in dB with peak 1. */
export const epochMetricsSchema = z.object({
  /** Counts from 1. */
  epoch: z.number().int(),
  epochs: z.number().int(),
  trainLoss: z.number(),
  /** Of the validation images, or null without any. */
  valLoss: z.number().nullable(),
  psnr: z.number().nullable(),
  ssim: z.number().nullable(),
  learningRate: z.number(),
  samplesPerSecond: z.number(),
  elapsedMs: z.number(),
  timeLeftMs: z.number(),
  /** ‖WᵀW − I‖, Frobenius, for each kernel of the encoder, from the input inwards. */
  orthogonality: z.array(z.number()),
  best: z.boolean(),
})
export type EpochMetrics = z.infer<typeof epochMetricsSchema>

/** What simple ways reach on the images that a run is measured on, before it has learned anything. PSNR in dB. */
export const baselinesSchema = z.object({
  /** The mean image of the training images, whatever the image. */
  mean: z.number(),
  /** PCA fitted to the training images, with as many components as the code has numbers, at most images − 1. */
  pca: z.object({ psnr: z.number(), components: z.number().int().min(0) }).nullable(),
})
export type Baselines = z.infer<typeof baselinesSchema>

/**
 * What can go wrong while a run trains.
 *
 * - `collapsed`: the same output for every image
 * - `dead-units`: most units of a layer, or of the code, never change
 * - `saturated`: most outputs of a layer lie at the ends of its activation
 * - `diverged`: the loss grows, or is no number
 * - `rate-too-high`: the loss jumps up and down instead of falling
 * - `overfitting`: the training loss falls while the validation loss rises
 * - `images-equal`: there is nothing to tell apart
 */
export const findingKinds = [
  'collapsed',
  'dead-units',
  'saturated',
  'diverged',
  'rate-too-high',
  'overfitting',
  'images-equal',
] as const
export const findingSchema = z.object({ kind: z.enum(findingKinds), epoch: z.number().int().min(0) })
export type Finding = z.infer<typeof findingSchema>
export type FindingKind = Finding['kind']

/** How a run stands in the queue, and how it begins when it is its turn. */
export const waitingSchema = z.object({
  /** Runs begin in the order of these numbers. Between two others a run has the mean of theirs. */
  place: z.number(),
  /** What it was before it was put into the queue; `created` for a new run. */
  before: z.enum(runStates),
  /** How many epochs it is to have in all; null: as many as its config says. */
  epochs: z.number().int().min(1).nullable(),
  /** What computes it, where that is settled; null: what is best when it begins. */
  target: z.object({ runtime: runtimeNameSchema, device: z.string().optional() }).nullable(),
})
export type Waiting = z.infer<typeof waitingSchema>

/** run.json */
export const runInfoSchema = z.object({
  version: z.literal(1),
  state: z.enum(runStates),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Path of the dataset's folder, and how many images it had when the run began: 0 while they are being imported. */
  dataset: z.string(),
  images: z.number().int().min(0),
  /** Of that dataset when the run began, where it is known: with another one its rows are other images. */
  datasetRevision: z.string().nullable().default(null),
  spec: modelSpecSchema,
  config: trainingConfigSchema,
  preset: z.string().nullable(),
  /** Weights it started from, where not from chance. */
  initialWeights: z.string().nullable(),
  runtime: runtimeNameSchema,
  device: z.string(),
  /** Of Hourglass, Node and the runtime. */
  versions: z.record(z.string(), z.string()),
  /** Sentences a person should see, such as a preset scaled to another image size. */
  notes: z.array(z.string()),
  /** Why it failed, when it did. */
  error: z.string().nullable(),
  /** Null before they have been computed, and for runs of earlier versions. */
  baselines: baselinesSchema.nullable().default(null),
  findings: z.array(findingSchema).default([]),
  /** Not null in the state `waiting`, which belongs to no process: the app keeps the queue. */
  waiting: waitingSchema.nullable().default(null),
  /** The experiment that it is a part of. */
  experiment: experimentOfRunSchema.nullable().default(null),
  /** The process that trains it, while one does: a run of a process that is no more is interrupted. */
  owner: z.object({ pid: z.number().int(), startedAt: z.string() }).nullable().default(null),
})
export type RunInfo = z.infer<typeof runInfoSchema>

/** model.json of a saved model. */
export const modelInfoSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  spec: modelSpecSchema,
  input: inputShapeSchema,
  createdAt: z.string(),
  /** Name of the dataset; `noise` as on the command line, such as gaussian:25; whether on patches of larger images. */
  trainedOn: z.object({
    dataset: z.string(),
    images: z.number().int(),
    noise: z.string().nullable(),
    patches: z.boolean().optional(),
  }),
  /** How a model of grey is meant to restore pictures in colour: as brightness and two differences of colours. */
  colors: z.literal('decorrelated').optional(),
  /** Of the epoch that these weights come from. */
  metrics: epochMetricsSchema.nullable(),
  versions: z.record(z.string(), z.string()),
})
export type ModelInfo = z.infer<typeof modelInfoSchema>
