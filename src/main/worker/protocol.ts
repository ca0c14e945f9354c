import type { ErrorMessage } from '../../shared/errors'
import type { ImportedFile } from '../engine/importers/importFile'
import type { ImportHints } from '../../shared/importing'

export type { ImportedFile }
import type { ExportedAs, Precision } from '../../shared/exporting'
import type { ModelSpec } from '../../shared/modelSpec'
import type { InputShape } from '../../shared/modelSpec'
import type { NoiseSpec } from '../../shared/noise'
import type { Baselines, EpochMetrics, Finding } from '../../shared/run'
import type { RuntimeName, TrainingConfig } from '../../shared/trainingConfig'
import type { AnomalyTasks } from '../features/anomalies/tasks/anomalyTasks'
import type { CompressionTasks } from '../features/compression/tasks/compressionTasks'
import type { DenoisingTasks } from '../features/denoising/tasks/denoisingTasks'
import type { ExperimentTasks } from '../features/experiments/tasks/experimentTasks'
import type { LatentTasks } from '../features/latent/tasks/latentTasks'
import type { RatingsTasks } from '../features/ratings/tasks/ratingsTasks'
import type { ShowcaseTasks } from '../features/showcase/tasks/showcaseTasks'
import type { TableTasks } from '../features/tables/tasks/tableTasks'

export type * from '../features/anomalies/tasks/anomalyTasks'
export type * from '../features/compression/tasks/compressionTasks'
export type * from '../features/denoising/tasks/denoisingTasks'
export type * from '../features/latent/tasks/latentTasks'
export type * from '../features/ratings/tasks/ratingsTasks'
export type * from '../features/showcase/tasks/showcaseTasks'
export type * from '../features/tables/tasks/tableTasks'

export interface RuntimeDescription {
  readonly runtime: RuntimeName
  /** Of the native library; null where it is missing, or was not loaded for a brief answer. */
  readonly version: string | null
  readonly devices: readonly { readonly id: string; readonly name: string; readonly isGpu: boolean }[]
  /** Why it is missing and what would help. */
  readonly reason: string | null
}

/** Where to compute; without a runtime the best one there is. */
export interface ComputeTarget {
  readonly runtime?: RuntimeName
  readonly device?: string
}

/** A model as it lies on disk. */
export interface ModelFiles {
  readonly spec: ModelSpec
  /** Path of a safetensors file with a model's own weights: a checkpoint or weights.safetensors. */
  readonly weights: string
}

export interface TrainParams extends ComputeTarget {
  readonly run: string
  readonly dataset: string
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** Goes on from the run's latest checkpoint, if there is one already. */
  readonly resume: boolean
  /** Starts from the weights in that file instead of from chance. */
  readonly initialWeights: string | null
  /** Of the budget, on the images before the training: at most half of it counts. */
  readonly spentMs?: number
  /** What was found while it trained before. */
  readonly findings?: readonly Finding[]
  /** Whether they were measured before; a run has them measured after the next epoch where they were not. */
  readonly hasBaselines: boolean
  /** Whether singular values of the kernels are kept over the epochs, as experiments show them. */
  readonly spectra?: boolean
}

export type TrainEvent =
  | {
      readonly type: 'started'
      readonly runtime: RuntimeName
      readonly device: string
      readonly version: string
      /** Images, or patches of them, that an epoch trains on. */
      readonly images: number
      /** Values that training moves. */
      readonly parameters: number
      readonly epochs: number
      readonly finishedEpochs: number
    }
  | {
      readonly type: 'progress'
      readonly epoch: number
      readonly epochs: number
      readonly batch: number
      readonly batches: number
      readonly trainLoss: number
      readonly samplesPerSecond: number
      readonly timeLeftMs: number
    }
  /** There is something to look at before the first epoch. */
  | { readonly type: 'pictured' }
  | { readonly type: 'baselines'; readonly baselines: Baselines }
  | { readonly type: 'finding'; readonly finding: Finding }
  /** `hasSnapshot`: the epoch left something to look at. */
  | { readonly type: 'epoch'; readonly metrics: EpochMetrics; readonly hasSnapshot: boolean }

export interface TrainResult {
  readonly outcome: 'done' | 'paused' | 'stopped'
  readonly epochs: number
  readonly bestEpoch: number
  readonly bestLoss: number | null
}

export interface EvaluateParams extends ComputeTarget {
  readonly model: ModelFiles
  readonly dataset: string
  readonly noise: NoiseSpec | null
  readonly seed: number
}

export interface EvaluateResult {
  readonly count: number
  readonly loss: number
  readonly psnr: number
  readonly ssim: number
  readonly noisyPsnr: number | null
}

/** A stretch of images through the model. Float32, count × inputs, values as the network has them, not clipped. */
export interface ReconstructedBatch {
  readonly type: 'batch'
  readonly first: number
  readonly count: number
  readonly clean: Uint8Array
  readonly input: Float32Array
  readonly output: Float32Array
}

/** A stretch of codes, count × dimensions. */
export interface CodesBatch {
  readonly type: 'batch'
  readonly first: number
  readonly count: number
  readonly codes: Float32Array
}

export interface ProgressEvent {
  readonly type: 'progress'
  readonly done: number
  readonly total: number
}

export interface BenchParams extends ComputeTarget {
  /** Widths from the input to the code: tied, ReLU, linear output, MSE, Adam. */
  readonly dims: readonly number[]
  readonly batch: number
  readonly steps: number
  readonly rounds: number
  readonly noise: NoiseSpec | null
}

export interface BenchResult {
  readonly runtime: RuntimeName
  readonly device: string
  readonly samplesPerSecond: number
  readonly msPerStep: number
  readonly loss: number
  /** Share of the step that goes into shuffling, copying and drawing noise, 0..1. */
  readonly feedingShare: number
}

export interface ConvBenchParams extends ComputeTarget {
  /** Of an FFDNet-like restorer in grey: filters, and convolutions. */
  readonly channels: number
  readonly layers: number
  /** Side of the patches. */
  readonly patch: number
  readonly batch: number
  readonly steps: number
  readonly rounds: number
  /** Of the square image that is restored. */
  readonly megapixels: number
}

export interface ConvBenchResult {
  readonly runtime: RuntimeName
  readonly device: string
  readonly patchesPerSecond: number
  readonly megapixelsPerSecond: number
  readonly msPerStep: number
  readonly parameters: number
}

export interface MeasureParams extends ComputeTarget {
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** It ends after this time, compiling left out, or a little later where a single call takes longer. */
  readonly forMs: number
}

export interface TriedImage {
  /** As the network gets it and gives it back, values not clipped. */
  readonly input: Float32Array
  readonly output: Float32Array
  readonly code: Float32Array
}

/** What the compute worker does: parameters, result, and what it reports meanwhile. */
export interface ComputeTasks
  extends
    AnomalyTasks,
    CompressionTasks,
    DenoisingTasks,
    ExperimentTasks,
    LatentTasks,
    RatingsTasks,
    ShowcaseTasks,
    TableTasks {
  devices: { params: { readonly brief?: boolean }; result: RuntimeDescription[]; event: never }
  train: { params: TrainParams; result: TrainResult; event: TrainEvent }
  evaluate: { params: EvaluateParams; result: EvaluateResult; event: ProgressEvent }
  /** All images of a dataset, as `batch` events in order. */
  reconstruct: { params: EvaluateParams; result: { count: number }; event: ReconstructedBatch }
  /** Codes of all images of a dataset, as `batch` events in order. */
  encode: {
    params: ComputeTarget & { model: ModelFiles; dataset: string }
    result: { count: number; dimensions: number }
    event: CodesBatch
  }
  /** @param codes count × dimensions; gives float32 images, count × inputs */
  decode: {
    params: ComputeTarget & { model: ModelFiles; codes: Float32Array }
    result: { images: Float32Array }
    event: never
  }
  /** Principal components of a dataset put in place of a model: float32 images, count × inputs, through so many of them. */
  reconstructPca: {
    params: { dataset: string; images: Float32Array; components: number }
    result: { images: Float32Array; components: number }
    event: never
  }
  /** A model as files of another format in an empty folder, which are checked where a reader is at hand. */
  exportModel: {
    params: {
      model: ModelFiles
      as: ExportedAs
      about: Readonly<Record<string, string>>
      training: TrainingConfig
      folder: string
    }
    /** What was written, with its size in bytes. */
    result: { files: readonly { readonly path: string; readonly bytes: number }[] }
    event: never
  }
  /** PSNR in dB of some images of a dataset, with the weights as they are and as an export stores them. */
  measureRounding: {
    params: { model: ModelFiles; dataset: string; noise: NoiseSpec | null; precision: Precision }
    result: { images: number; psnr: number; rounded: number }
    event: never
  }
  /** A model out of a file that may come from anybody. */
  readModelFile: {
    /** `reference`: a .npz file of images and what its own program makes of them. `within`: folders in which files beside it may lie, links and all; anywhere without. Real paths */
    params: { path: string; hints: ImportHints; reference?: string; within?: readonly string[] }
    result: ImportedFile
    event: never
  }
  benchTrain: { params: BenchParams; result: BenchResult; event: ProgressEvent }
  /** Training and using a convolutional restorer. */
  benchConv: { params: ConvBenchParams; result: ConvBenchResult; event: ProgressEvent }
  /** A convolutional denoiser against DnCNN in the same runtime, on one grey image. */
  benchDenoise: {
    params: ComputeTarget & { model: ModelFiles; megapixels: number; rounds: number; tile: number | null }
    result: {
      runtime: RuntimeName
      device: string
      megapixelsPerSecond: number
      dncnnMegapixelsPerSecond: number
    }
    event: ProgressEvent
  }
  /** The speed of training a model, on random images. */
  measureTraining: {
    params: MeasureParams
    result: { runtime: RuntimeName; device: string; samplesPerSecond: number }
    event: never
  }
  /** @param pixels count × height × width × channels bytes; gives them corrupted, clipped and rounded */
  corrupt: {
    params: { pixels: Uint8Array; shape: InputShape; noise: NoiseSpec; seed: number }
    result: { pixels: Uint8Array }
    event: never
  }
  /** One image through a model, which stays loaded for the next. */
  tryImage: {
    params: ComputeTarget & { model: ModelFiles; pixels: Uint8Array; noise: NoiseSpec | null; seed: number }
    result: TriedImage
    event: never
  }
  /** Codes through a model, which stays loaded for the next: float32 images, not clipped. */
  tryCode: {
    params: ComputeTarget & { model: ModelFiles; code: Float32Array }
    result: { image: Float32Array }
    event: never
  }
  /** The range of each dimension of the code over at most `images` images, spread over a dataset. */
  codeRange: {
    params: ComputeTarget & { model: ModelFiles; dataset: string; images: number }
    result: { min: Float32Array; max: Float32Array }
    event: never
  }
}

export type TaskName = keyof ComputeTasks

/** Values of the shared word by which a task is asked to end; it is read between batches. */
export const controls = { continue: 0, pause: 1, stop: 2 } as const

/** Words that a task and its client share: what is asked of it (`controls`), and how many of its events were handled. */
export const sharedWords = { request: 0, handled: 1 } as const

export interface RequestMessage {
  readonly id: number
  readonly task: TaskName
  readonly params: unknown
  /** An int32 for each of `sharedWords`. */
  readonly control: SharedArrayBuffer
}

export type ReplyMessage =
  | { readonly id: number; readonly kind: 'event'; readonly event: unknown }
  /** The request to end was seen. */
  | { readonly id: number; readonly kind: 'ending' }
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly error: ErrorMessage }
