import { z } from 'zod'
import { preprocessingSchema } from '../dataset'
import { type ExportFormatFacts, modelParts, pixelKinds, precisions, tiedAsKinds } from '../exporting'
import { importHintsSchema } from '../importing'
import { modelSpecSchema, type ModelSpec } from '../modelSpec'
import { noiseSpecSchema } from '../noise'
import { budgetSchema, defaultBudget, type TrainingPlan } from '../plan'
import { sampleKinds } from '../sampleKinds'
import { runtimeNameSchema, trainingConfigSchema, type TrainingConfig } from '../trainingConfig'
import type { AppState, DeviceState } from './app'
import type { Listing } from './events'
import { roomCommands, type RoomResults } from './roomCommands'
import {
  type DatasetDetail,
  type DatasetImage,
  type DatasetPreview,
  type DatasetSummary,
  idSchema,
  type ModelDetail,
  type ModelSummary,
  type PixelBlock,
  type RunDetail,
  type RunSamples,
  type RunSnapshot,
  type RunSummary,
} from './library'
import { type Place, placeSchema } from './places'
import { languages } from '../texts'
import { settingsChangesSchema } from './settings'
import { queueMoves, type TrainingState } from './training'

const nothing = z.strictObject({})
const byId = z.strictObject({ id: idSchema })
const name = z.string().trim().min(1, 'Give it a name.').max(120)
/** Names what was removed, as long as it can be restored. */
const undoKey = z.uuid('What was removed is named by its key.')
const row = z.number().int().min(0)
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'A code is a list of floats.')
const exportedAs = {
  format: z.string().max(40),
  part: z.enum(modelParts),
  pixels: z.enum(pixelKinds),
  precision: z.enum(precisions),
  tiedAs: z.enum(tiedAsKinds),
}
const target = { runtime: runtimeNameSchema.optional(), device: z.string().max(60).optional() }

/** What an image is tried out on a model: one of a dataset, a chosen file, or an uploaded one. */
export const imageSourceSchema = z.union([
  z.strictObject({ dataset: idSchema, row }),
  z.strictObject({ place: placeSchema }),
])

/**
 * Everything a window can ask for, with the schema that its parameters are parsed by. What each gives is in `Results`,
 * under the same name. Any of them may reject with an ExpectedError, whose sentence is for the person.
 */
export const commands = {
  'app.state': nothing,
  'settings.change': settingsChangesSchema,
  /** What a move would do, asked before it is done. */
  'library.planMove': z.strictObject({ place: placeSchema }),
  /** Moves the library into a new or empty folder. Gives a job. */
  'library.move': z.strictObject({ place: placeSchema }),
  /** Brings back what was removed, as it was. Rejects where it was deleted for good meanwhile. */
  'library.restore': z.strictObject({ undo: undoKey }),
  /** Deletes for good what was removed. */
  'library.empty': z.strictObject({ undo: z.array(undoKey).max(10_000) }),

  'devices.state': nothing,
  /** Times one model on every device, the fastest is then chosen where the choice is `auto`. Gives a job. */
  'devices.measure': z.strictObject({
    spec: modelSpecSchema,
    batchSize: z.number().int().min(1).max(65_536),
    subject: name,
  }),
  'devices.setupTensorflow': nothing,


  'datasets.list': nothing,
  'datasets.get': byId,
  /** Starts an import; the dataset appears at once, as `importing`. */
  'datasets.import': z.strictObject({
    places: z.array(placeSchema).min(1).max(10_000),
    name: name.optional(),
    preprocessing: preprocessingSchema,
  }),
  /** Makes a sample and imports it: `letters` if not given, and as many images as suit the kind. */
  'datasets.importSample': z.strictObject({
    kind: z.enum(sampleKinds).optional(),
    count: z.number().int().min(36).max(100_000).optional(),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
  }),
  /** Reads the sources again: what has changed, and files that were skipped. */
  'datasets.reimport': z.strictObject({ id: idSchema, preprocessing: preprocessingSchema.optional() }),
  'datasets.rename': z.strictObject({ id: idSchema, name }),
  /** Puts what Hourglass made into the trash; an external one is only forgotten. Originals are never touched. */
  'datasets.remove': byId,
  /** Shows its folder, or the first source, in the system's file manager. */
  'datasets.reveal': z.strictObject({ id: idSchema, what: z.enum(['dataset', 'source']) }),
  /** Images in order, of one label where it is given (null: those without one). */
  'datasets.images': z.strictObject({
    id: idSchema,
    label: z.string().nullable().optional(),
    from: row,
    count: z.number().int().min(1).max(2000),
  }),
  /** The pixels of rows, reduced so that no side is longer than `size`. */
  'datasets.thumbnails': z.strictObject({
    id: idSchema,
    rows: z.array(row).min(1).max(2000),
    size: z.number().int().min(8).max(512),
  }),
  /** Some images as the network will see them, clean and corrupted, before anything is imported. */
  'datasets.preview': z.strictObject({
    source: z.union([
      z.strictObject({ places: z.array(placeSchema).min(1).max(10_000) }),
      z.strictObject({ id: idSchema }),
    ]),
    preprocessing: preprocessingSchema,
    noise: noiseSpecSchema.nullable(),
    count: z.number().int().min(1).max(48).default(12),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
  }),

  /** What to train on images and how, from what they are like: on a dataset, or on places that are still to be imported. */
  'training.plan': z.strictObject({
    source: z.union([
      z.strictObject({ dataset: idSchema }),
      z.strictObject({
        places: z.array(placeSchema).min(1).max(10_000),
        /** How they are to be read; without it the plan says. */
        preprocessing: preprocessingSchema.optional(),
      }),
    ]),
    budget: budgetSchema.default(defaultBudget),
  }),
  /** What can be trained on a dataset, each preset scaled to its images. */
  'training.presets': z.strictObject({ dataset: idSchema }),
  /** Times a few steps. */
  'training.estimate': z.strictObject({
    ...{ dataset: idSchema, spec: modelSpecSchema, config: trainingConfigSchema },
    ...target,
  }),
  'training.state': nothing,
  /**
   * The run is there at once: it trains, or waits for those before it and for a dataset that is still being imported. What
   * can never be trained is refused, and nothing is left of it; what turns out later makes the run fail.
   */
  'training.start': z.strictObject({
    dataset: idSchema,
    name: name.optional(),
    spec: modelSpecSchema,
    preset: z.string().max(80).nullable(),
    config: trainingConfigSchema,
    /** A model whose weights it starts from. */
    from: idSchema.optional(),
    /** A run that it repeats with changes: it starts from the weights that this one did, and is computed by the same. */
    again: idSchema.optional(),
    /** Of the name that it is given where it has none; English without. */
    language: z.enum(languages).optional(),
    ...target,
  }),
  /** Runs that wait do so until the queue is started, or a run is started or resumed. */
  'training.pause': byId,
  /**
   * Goes on with a paused, stopped, interrupted or failed run; `epochs` trains a run that is done further. It waits while
   * another one trains; one that waits already becomes the first.
   */
  'training.resume': z.strictObject({
    id: idSchema,
    epochs: z.number().int().min(1).max(1_000_000).optional(),
  }),
  /** The next one begins. A run that waits leaves the queue: a new one is stopped, another one is as it was. */
  'training.stop': byId,
  'training.move': z.strictObject({ id: idSchema, to: z.enum(queueMoves) }),
  /** Lets the runs begin that wait since a pause, or since the app was closed. */
  'training.startQueue': nothing,

  'runs.list': nothing,
  'runs.get': byId,
  'runs.samples': byId,
  /** Epoch 0 is before training. */
  'runs.snapshot': z.strictObject({ id: idSchema, epoch: z.number().int().min(0) }),
  /** The map of its codes over the epochs, in a folder. */
  'runs.saveMapAnimation': z.strictObject({
    id: idSchema,
    format: z.enum(['gif', 'webp']),
    folder: placeSchema,
  }),
  'runs.rename': z.strictObject({ id: idSchema, name }),
  'runs.setNotes': z.strictObject({ id: idSchema, notes: z.string().max(20_000) }),
  'runs.remove': byId,
  'runs.reveal': byId,

  'models.list': nothing,
  'models.get': byId,
  /** Keeps the best epoch of a run as a model of its own, which stays when the run is removed. */
  'models.keep': z.strictObject({ run: idSchema, name }),
  /** Out of a file of Hourglass or of another program. */
  'models.import': z.strictObject({
    place: placeSchema,
    hints: importHintsSchema,
    noise: noiseSpecSchema.nullable(),
  }),
  /** What an import would make of a file, and what it assumes. */
  'models.inspect': z.strictObject({ place: placeSchema, hints: importHintsSchema }),
  'models.rename': z.strictObject({ id: idSchema, name }),
  'models.remove': byId,
  'models.reveal': byId,
  /** An image through the model: what it sees, its code, and what comes back. */
  'models.encode': z.strictObject({
    id: idSchema,
    image: imageSourceSchema,
    noise: noiseSpecSchema.nullable(),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
  }),
  /** The images that codes stand for: so many codes, one after the other. */
  'models.decode': z.strictObject({ id: idSchema, code: floats }),
  'models.exportExample': z.strictObject({ id: idSchema, ...exportedAs }),
  /** What models can be written as. */
  'models.exportFormats': nothing,
  /** What rounded weights cost, in dB, before anything is saved; null where it cannot be measured. */
  'models.exportLoss': z.strictObject({ id: idSchema, precision: z.enum(precisions) }),
  /** For other programs, into a new folder within one. */
  'models.export': z.strictObject({ id: idSchema, ...exportedAs, folder: placeSchema }),
  /** As one Hourglass file, to be dragged out of the window; it is kept until the app ends. */
  'models.exportFile': z.strictObject({ id: idSchema }),
  /** The same, drawn side by side in a picture, or one after the other in an animation, in a folder. */
  'models.saveDecoded': z.strictObject({
    id: idSchema,
    code: floats,
    columns: z.number().int().min(1).max(1000),
    format: z.enum(['png', 'gif', 'webp']),
    name,
    folder: placeSchema,
  }),

  ...roomCommands,
} as const

export type CommandName = keyof typeof commands
/** Parameters as a window gives them: defaults may be left out. */
export type Params<C extends CommandName> = z.input<(typeof commands)[C]>
/** Parameters as a handler gets them. */
export type ParsedParams<C extends CommandName> = z.output<(typeof commands)[C]>

/** What was removed is in the trash until it is emptied, at the latest when the app ends. */
export interface Removed {
  /** The key that `library.restore` takes. */
  readonly undo: string
}

export interface PresetOption {
  readonly name: string
  readonly summary: string
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** Images that it suits. */
  readonly suits: 'photographs' | 'drawings' | 'any'
  /** Such as: its widths were scaled to this size. */
  readonly remarks: readonly string[]
}

export interface TrainingEstimate {
  readonly samplesPerSecond: number
  readonly epochMs: number
  readonly runtime: string
  readonly device: string
}

export interface EncodedImage {
  readonly original: PixelBlock
  readonly input: PixelBlock
  readonly reconstruction: PixelBlock
  readonly code: Float32Array
  /** For each dimension the range of its values over the dataset's images or, without one, around this code. */
  readonly codeRange: { readonly min: Float32Array; readonly max: Float32Array }
  /** Of the reconstruction against the original, in dB. */
  readonly psnr: number
  /** Of the input against the original, where noise was added. */
  readonly noisyPsnr: number | null
}

export interface Results extends RoomResults {
  'app.state': AppState
  'settings.change': AppState
  /** Absolute paths, and bytes of what would be copied. */
  'library.planMove': { readonly from: string; readonly to: string; readonly bytes: number }
  'library.move': { readonly job: string }
  'library.restore': {
    readonly kind: 'datasets' | 'runs' | 'models' | 'anomalies' | 'tables'
    readonly id: string
  }
  'library.empty': null
  'devices.state': DeviceState
  'devices.measure': { readonly job: string }
  'devices.setupTensorflow': { readonly job: string }
  'datasets.list': Listing<DatasetSummary>
  'datasets.get': DatasetDetail
  'datasets.import': { readonly id: string; readonly job: string }
  'datasets.importSample': { readonly id: string; readonly job: string }
  'datasets.reimport': { readonly job: string }
  'datasets.rename': null
  'datasets.remove': Removed
  'datasets.reveal': null
  'datasets.images': { readonly total: number; readonly images: readonly DatasetImage[] }
  'datasets.thumbnails': PixelBlock
  'datasets.preview': DatasetPreview
  'training.plan': TrainingPlan
  'training.presets': readonly PresetOption[]
  'training.estimate': TrainingEstimate
  'training.state': TrainingState
  'training.start': { readonly id: string }
  'training.pause': null
  'training.resume': null
  'training.stop': null
  'training.move': null
  'training.startQueue': null
  'runs.list': Listing<RunSummary>
  'runs.get': RunDetail
  'runs.samples': RunSamples
  'runs.snapshot': RunSnapshot
  'runs.saveMapAnimation': { readonly name: string }
  'runs.rename': null
  'runs.setNotes': null
  'runs.remove': Removed
  'runs.reveal': null
  'models.list': Listing<ModelSummary>
  'models.get': ModelDetail
  'models.keep': { readonly id: string; readonly name: string }
  'models.import': { readonly id: string; readonly name: string }
  'models.inspect': {
    readonly name: string
    readonly spec: ModelSpec
    readonly notes: readonly string[]
    /** What it learned to remove, as far as the file says. */
    readonly noise: string | null
  }
  'models.rename': null
  'models.remove': Removed
  'models.reveal': null
  'models.encode': EncodedImage
  'models.decode': PixelBlock
  'models.saveDecoded': { readonly name: string }
  'models.exportLoss': { readonly images: number; readonly psnr: number; readonly rounded: number } | null
  'models.exportExample': { readonly code: string }
  'models.exportFormats': readonly ExportFormatFacts[]
  'models.export': { readonly folder: Place; readonly files: readonly string[]; readonly bytes: number }
  'models.exportFile': Place
}

/** What each command does with its parsed parameters. */
export type Handlers = { [C in CommandName]: (params: ParsedParams<C>) => Promise<Results[C]> }
