import { z } from 'zod'
import type { ExperimentOfRun } from '../experiment'
import type { DatasetInfo, DatasetScale, Preprocessing, Skipped } from '../dataset'
import type { ModelSpec } from '../modelSpec'
import type { Baselines, EpochMetrics, Finding, runStates } from '../run'
import type { RuntimeName, TrainingConfig } from '../trainingConfig'

/** Names one dataset, run or model of the library. Never a path: no dots, no slashes. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'An id is made of lower-case letters, digits and hyphens.')

const picturePath = /^\/pictures\/datasets\/([^/]+)\/(\d{1,9})\.png$/

/** The dataset and row that a path of a picture names: ids only, never a path. Null for anything else. */
export function parsePicturePath(pathname: string): { dataset: string; row: number } | null {
  const [, dataset, row] = picturePath.exec(pathname) ?? []
  return idSchema.safeParse(dataset).success ? { dataset: dataset!, row: Number(row) } : null
}

/** In front of a run's id it names the model that the run's best epoch is. Ids of the library have no double hyphen. */
const runPrefix = 'run--'
export const modelIdOfRun = (run: string): string => `${runPrefix}${run}`
/** The run whose best epoch a model is; null for a model that was kept. */
export const runOfModelId = (id: string): string | null =>
  id.startsWith(runPrefix) ? id.slice(runPrefix.length) : null

/** Images, count × height × width × channels bytes, row-major, values 0-255. */
export interface PixelBlock {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

/** What a list says of a dataset. */
export interface DatasetSummary extends Pick<DatasetInfo, 'width' | 'height' | 'channels'> {
  readonly id: string
  readonly name: string
  /** `importing`: made for the first time right now; `damaged`: `problem` says what is wrong. */
  readonly state: 'ready' | 'importing' | 'damaged'
  readonly problem: string | null
  readonly createdAt: string
  /** Another one means other images, or another order; empty while there are none. */
  readonly revision: string
  readonly count: number
  readonly labels: number
  readonly skipped: number
  /** Bytes of its pixels. */
  readonly bytes: number
  /** Lies outside the library's folder, where the command line put it. */
  readonly external: boolean
  /** Its clean pictures have damaged ones beside them, row by row, to learn from. */
  readonly isPaired: boolean
}

export interface DatasetDetail extends DatasetSummary {
  readonly preprocessing: Preprocessing
  /** Last parts of the paths it was made from, and whether they are still there. */
  readonly sources: readonly { readonly name: string; readonly present: boolean }[]
  /** With how many images each; images without a label are under null. */
  readonly labelCounts: readonly { readonly label: string | null; readonly count: number }[]
  /** The first thousand; `skipped` says how many there are. */
  readonly skippedFiles: readonly Skipped[]
}

/** One image of a dataset. `width` and `height` are the original's. */
export interface DatasetImage {
  readonly row: number
  /** Its path within its source. */
  readonly path: string
  readonly label: string | null
  readonly width: number
  readonly height: number
}

export interface DatasetPreview {
  readonly clean: PixelBlock
  /** The same block where there is no noise. Clipped to 0-255 for looking at. */
  readonly corrupted: PixelBlock
  readonly names: readonly string[]
  /** Images found so far, and whether there may be more. */
  readonly found: number
  readonly more: boolean
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  /** Black and white of images with more than 8 bits; empty where there are none. */
  readonly scales: readonly DatasetScale[]
}

/** Some damaged pictures and their clean ones, in the same order. */
export interface PairsPreview {
  readonly damaged: PixelBlock
  readonly clean: PixelBlock
  /** Of the clean ones, within their folder. */
  readonly names: readonly string[]
}

export type RunState = (typeof runStates)[number]

/** Where a training under way stands. Sent at most ten times a second. */
export interface RunProgress {
  /** `preparing`: it is set up, and what computes a new run with a budget fastest is being found out. */
  readonly phase: 'preparing' | 'training'
  /** Under way, from 1. */
  readonly epoch: number
  readonly epochs: number
  readonly batch: number
  readonly batches: number
  readonly trainLoss: number
  readonly samplesPerSecond: number
  readonly timeLeftMs: number
}

export interface RunSummary {
  readonly id: string
  readonly name: string
  readonly state: RunState | 'damaged'
  /** What is being asked of it: the button was pressed and the batch under way not over yet. */
  readonly asked: 'pause' | 'stop' | null
  /** Trained by another process, such as the command line: it can be watched here and not steered. */
  readonly elsewhere: boolean
  readonly createdAt: string
  readonly updatedAt: string
  /** Null where the dataset is not in the library any more. */
  readonly datasetId: string | null
  readonly datasetName: string
  readonly images: number
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  readonly preset: string | null
  readonly runtime: RuntimeName
  readonly device: string
  readonly parameters: number
  /** Epochs that are over. */
  readonly epochs: number
  readonly best: EpochMetrics | null
  readonly last: EpochMetrics | null
  readonly baselines: Baselines | null
  readonly findings: readonly Finding[]
  readonly notes: string
  readonly error: string | null
  readonly external: boolean
  /** The experiment that it is a part of. */
  readonly experiment: ExperimentOfRun | null
}

/** One line of a run's log. */
export interface LogEntry {
  readonly at: string
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
}

export interface RunDetail extends RunSummary {
  readonly metrics: readonly EpochMetrics[]
  readonly progress: RunProgress | null
  readonly log: readonly LogEntry[]
  readonly versions: Readonly<Record<string, string>>
  /** Sentences such as: the preset was scaled to this size. */
  readonly remarks: readonly string[]
  /** Epochs that can be looked at, ascending. */
  readonly snapshotEpochs: readonly number[]
}

/** The images that a run shows after each epoch: the same ones all along. */
export interface RunSamples {
  readonly originals: PixelBlock
  /** As the network saw them, corruption included. */
  readonly inputs: PixelBlock
  readonly rows: Int32Array
  /** Rows of the dataset that the points of the map stand for, and their labels. */
  readonly mapRows: Int32Array
  /** Of the dataset that the rows are of: with another one they are other images. Null where that is not known. */
  readonly datasetRevision: string | null
  readonly mapLabels: readonly (string | null)[]
}

/** What a run left after one epoch. */
export interface RunSnapshot {
  readonly epoch: number
  readonly reconstructions: PixelBlock
  /** The first layer's kernels, one image a unit, each scaled to 0-255 with 128 as zero; at most 64 of them. */
  readonly kernels: PixelBlock | null
  /** Two coordinates a point, points keep their places from epoch to epoch as far as they can. */
  readonly map: Float32Array | null
}

export interface ModelSummary {
  readonly id: string
  readonly name: string
  /** `run`: the best epoch of a run; `saved`: kept on its own. */
  readonly kind: 'run' | 'saved'
  readonly createdAt: string
  readonly spec: ModelSpec
  readonly parameters: number
  /** Dimensions of the latent code. */
  readonly codeSize: number
  readonly trainedOn: {
    readonly dataset: string
    readonly datasetId: string | null
    readonly images: number
    readonly noise: string | null
  }
  readonly metrics: EpochMetrics | null
  readonly external: boolean
}

export interface ModelDetail extends ModelSummary {
  readonly versions: Readonly<Record<string, string>>
  /** Bytes of its weights as float32: a tied kernel once. */
  readonly bytes: number
}
