import { z } from 'zod'
import { command, type Given } from './command'
import { preprocessingSchema } from '../dataset'
import { type ExportFormatFacts, modelParts, pixelKinds, precisions, tiedAsKinds } from '../exporting'
import { importHintsSchema } from '../importing'
import { modelSpecSchema, type ModelSpec } from '../modelSpec'
import { noiseSpecSchema } from '../noise'
import { budgetSchema, defaultBudget, type TrainingPlan } from '../plan'
import { sampleKinds } from '../sampleKinds'
import { runtimeNameSchema, trainingConfigSchema, type TrainingConfig } from '../trainingConfig'
import type { AppState, DeviceState } from './app'
import { anomalyCommands } from './anomalyCommands'
import { compressionCommands } from './compression'
import { denoiseCommands } from './denoiseCommands'
import { experimentCommands } from './experiments'
import type { Listing } from './events'
import { jobCommands } from './jobs'
import { latentCommands } from './latentCommands'
import { placeCommands } from './placeCommands'
import { tableCommands } from './tables'
import { showcaseCommands } from './showcase'
import {
  type DatasetDetail,
  type DatasetImage,
  type DatasetPreview,
  type DatasetSummary,
  idSchema,
  type ModelDetail,
  type ModelSummary,
  type PairsPreview,
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
/** Folders of damaged pictures, and of clean ones of the same names. */
const pairedPlaces = { damaged: placeSchema, clean: placeSchema }
const target = { runtime: runtimeNameSchema.optional(), device: z.string().max(60).optional() }

/** What an image is tried out on a model: one of a dataset, a chosen file, or an uploaded one. */
export const imageSourceSchema = z.union([
  z.strictObject({ dataset: idSchema, row }),
  z.strictObject({ place: placeSchema }),
])

/**
 * Everything a window can ask for: the schema that its parameters are parsed by, and what it gives. Rooms with many commands
 * have a file of their own for them. Any of them may reject with an ExpectedError, whose sentence is for the person.
 */
export const commands = {
  'app.state': command(nothing).gives<AppState>(),
  'settings.change': command(settingsChangesSchema).gives<AppState>(),
  /** What a move would do, asked before it is done. Gives absolute paths, and bytes of what would be copied. */
  'library.planMove': command(z.strictObject({ place: placeSchema })).gives<{
    readonly from: string
    readonly to: string
    readonly bytes: number
  }>(),
  /** Moves the library into a new or empty folder. Gives a job. */
  'library.move': command(z.strictObject({ place: placeSchema })).gives<{ readonly job: string }>(),
  /** Brings back what was removed, as it was. Rejects where it was deleted for good meanwhile. */
  'library.restore': command(z.strictObject({ undo: undoKey })).gives<{
    readonly kind: 'datasets' | 'runs' | 'models' | 'anomalies' | 'tables'
    readonly id: string
  }>(),
  /** Deletes for good what was removed. */
  'library.empty': command(z.strictObject({ undo: z.array(undoKey).max(10_000) })).gives<null>(),

  'devices.state': command(nothing).gives<DeviceState>(),
  /** Times one model on every device, the fastest is then chosen where the choice is `auto`. Gives a job. */
  'devices.measure': command(
    z.strictObject({
      spec: modelSpecSchema,
      batchSize: z.number().int().min(1).max(65_536),
      subject: name,
    }),
  ).gives<{ readonly job: string }>(),
  'devices.setupTensorflow': command(nothing).gives<{ readonly job: string }>(),

  'datasets.list': command(nothing).gives<Listing<DatasetSummary>>(),
  'datasets.get': command(byId).gives<DatasetDetail>(),
  /** Starts an import; the dataset appears at once, as `importing`. */
  'datasets.import': command(
    z.strictObject({
      places: z.array(placeSchema).min(1).max(10_000),
      /** The folder with the clean pictures of those in the only place, under the same names. */
      clean: placeSchema.optional(),
      name: name.optional(),
      preprocessing: preprocessingSchema,
    }),
  ).gives<{ readonly id: string; readonly job: string }>(),
  /** Makes a sample and imports it: `letters` if not given, and as many images as suit the kind. */
  'datasets.importSample': command(
    z.strictObject({
      kind: z.enum(sampleKinds).optional(),
      count: z.number().int().min(36).max(100_000).optional(),
      seed: z.number().int().min(0).max(0xffffffff).default(1),
    }),
  ).gives<{ readonly id: string; readonly job: string }>(),
  /** Reads the sources again: what has changed, and files that were skipped. */
  'datasets.reimport': command(
    z.strictObject({ id: idSchema, preprocessing: preprocessingSchema.optional() }),
  ).gives<{ readonly job: string }>(),
  'datasets.rename': command(z.strictObject({ id: idSchema, name })).gives<null>(),
  /** Puts what Hourglass made into the trash; an external one is only forgotten. Originals are never touched. */
  'datasets.remove': command(byId).gives<Removed>(),
  /** Shows its folder, or the first source, in the system's file manager. */
  'datasets.reveal': command(
    z.strictObject({ id: idSchema, what: z.enum(['dataset', 'source']) }),
  ).gives<null>(),
  /** Images in order, of one label where it is given (null: those without one). */
  'datasets.images': command(
    z.strictObject({
      id: idSchema,
      label: z.string().nullable().optional(),
      from: row,
      count: z.number().int().min(1).max(2000),
    }),
  ).gives<{ readonly total: number; readonly images: readonly DatasetImage[] }>(),
  /** The pixels of rows, reduced so that no side is longer than `size`. */
  'datasets.thumbnails': command(
    z.strictObject({
      id: idSchema,
      rows: z.array(row).min(1).max(2000),
      size: z.number().int().min(8).max(512),
      /** Of a dataset of pairs, the damaged pictures. */
      damaged: z.boolean().optional(),
    }),
  ).gives<PixelBlock>(),
  /** Some pairs of two folders, each picture cut to a square. */
  'datasets.previewPairs': command(
    z.strictObject({ ...pairedPlaces, count: z.number().int().min(1).max(48).default(12) }),
  ).gives<PairsPreview>(),
  /** Some images as the network will see them, clean and corrupted, before anything is imported. */
  'datasets.preview': command(
    z.strictObject({
      source: z.union([
        z.strictObject({ places: z.array(placeSchema).min(1).max(10_000) }),
        z.strictObject({ id: idSchema }),
      ]),
      preprocessing: preprocessingSchema,
      noise: noiseSpecSchema.nullable(),
      count: z.number().int().min(1).max(48).default(12),
      seed: z.number().int().min(0).max(0xffffffff).default(1),
    }),
  ).gives<DatasetPreview>(),

  /** What to train on images and how, from what they are like: on a dataset, or on places that are still to be imported. */
  'training.plan': command(
    z.strictObject({
      source: z.union([
        z.strictObject({ dataset: idSchema }),
        z.strictObject(pairedPlaces),
        z.strictObject({
          places: z.array(placeSchema).min(1).max(10_000),
          /** How they are to be read; without it the plan says. */
          preprocessing: preprocessingSchema.optional(),
        }),
      ]),
      budget: budgetSchema.default(defaultBudget),
    }),
  ).gives<TrainingPlan>(),
  /** What can be trained on a dataset, each preset scaled to its images. */
  'training.presets': command(z.strictObject({ dataset: idSchema })).gives<readonly PresetOption[]>(),
  /** Times a few steps. */
  'training.estimate': command(
    z.strictObject({ dataset: idSchema, spec: modelSpecSchema, config: trainingConfigSchema, ...target }),
  ).gives<TrainingEstimate>(),
  'training.state': command(nothing).gives<TrainingState>(),
  /**
   * The run is there at once: it trains, or waits for those before it and for a dataset that is still being imported. What
   * can never be trained is refused, and nothing is left of it; what turns out later makes the run fail.
   */
  'training.start': command(
    z.strictObject({
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
  ).gives<{ readonly id: string }>(),
  /** Runs that wait do so until the queue is started, or a run is started or resumed. */
  'training.pause': command(byId).gives<null>(),
  /**
   * Goes on with a paused, stopped, interrupted or failed run; `epochs` trains a run that is done further. It waits while
   * another one trains; one that waits already becomes the first.
   */
  'training.resume': command(
    z.strictObject({
      id: idSchema,
      epochs: z.number().int().min(1).max(1_000_000).optional(),
    }),
  ).gives<null>(),
  /** The next one begins. A run that waits leaves the queue: a new one is stopped, another one is as it was. */
  'training.stop': command(byId).gives<null>(),
  'training.move': command(z.strictObject({ id: idSchema, to: z.enum(queueMoves) })).gives<null>(),
  /** Lets the runs begin that wait since a pause, or since the app was closed. */
  'training.startQueue': command(nothing).gives<null>(),

  'runs.list': command(nothing).gives<Listing<RunSummary>>(),
  'runs.get': command(byId).gives<RunDetail>(),
  'runs.samples': command(byId).gives<RunSamples>(),
  /** Epoch 0 is before training. */
  'runs.snapshot': command(
    z.strictObject({ id: idSchema, epoch: z.number().int().min(0) }),
  ).gives<RunSnapshot>(),
  /** The map of its codes over the epochs, in a folder. */
  'runs.saveMapAnimation': command(
    z.strictObject({
      id: idSchema,
      format: z.enum(['gif', 'webp']),
      folder: placeSchema,
    }),
  ).gives<{ readonly name: string }>(),
  'runs.rename': command(z.strictObject({ id: idSchema, name })).gives<null>(),
  'runs.setNotes': command(z.strictObject({ id: idSchema, notes: z.string().max(20_000) })).gives<null>(),
  'runs.remove': command(byId).gives<Removed>(),
  'runs.reveal': command(byId).gives<null>(),

  'models.list': command(nothing).gives<Listing<ModelSummary>>(),
  'models.get': command(byId).gives<ModelDetail>(),
  /** Keeps the best epoch of a run as a model of its own, which stays when the run is removed. */
  'models.keep': command(z.strictObject({ run: idSchema, name })).gives<{
    readonly id: string
    readonly name: string
  }>(),
  /** Out of a file of Hourglass or of another program. */
  'models.import': command(
    z.strictObject({
      place: placeSchema,
      hints: importHintsSchema,
      noise: noiseSpecSchema.nullable(),
    }),
  ).gives<{ readonly id: string; readonly name: string }>(),
  /** What an import would make of a file, and what it assumes. */
  'models.inspect': command(z.strictObject({ place: placeSchema, hints: importHintsSchema })).gives<{
    readonly name: string
    readonly spec: ModelSpec
    readonly notes: readonly string[]
    /** What it learned to remove, as far as the file says. */
    readonly noise: string | null
  }>(),
  'models.rename': command(z.strictObject({ id: idSchema, name })).gives<null>(),
  'models.remove': command(byId).gives<Removed>(),
  'models.reveal': command(byId).gives<null>(),
  /** An image through the model: what it sees, its code, and what comes back. */
  'models.encode': command(
    z.strictObject({
      id: idSchema,
      image: imageSourceSchema,
      noise: noiseSpecSchema.nullable(),
      seed: z.number().int().min(0).max(0xffffffff).default(1),
    }),
  ).gives<EncodedImage>(),
  /** The images that codes stand for: so many codes, one after the other. */
  'models.decode': command(z.strictObject({ id: idSchema, code: floats })).gives<PixelBlock>(),
  'models.exportExample': command(z.strictObject({ id: idSchema, ...exportedAs })).gives<{
    readonly code: string
  }>(),
  /** What models can be written as. */
  'models.exportFormats': command(nothing).gives<readonly ExportFormatFacts[]>(),
  /** What rounded weights cost, in dB, before anything is saved; null where it cannot be measured. */
  'models.exportLoss': command(z.strictObject({ id: idSchema, precision: z.enum(precisions) })).gives<{
    readonly images: number
    readonly psnr: number
    readonly rounded: number
  } | null>(),
  /** For other programs, into a new folder within one. */
  'models.export': command(z.strictObject({ id: idSchema, ...exportedAs, folder: placeSchema })).gives<{
    readonly folder: Place
    readonly files: readonly string[]
    readonly bytes: number
  }>(),
  /** As one Hourglass file, to be dragged out of the window; it is kept until the app ends. */
  'models.exportFile': command(z.strictObject({ id: idSchema })).gives<Place>(),
  /** The same, drawn side by side in a picture, or one after the other in an animation, in a folder. */
  'models.saveDecoded': command(
    z.strictObject({
      id: idSchema,
      code: floats,
      columns: z.number().int().min(1).max(1000),
      format: z.enum(['png', 'gif', 'webp']),
      name,
      folder: placeSchema,
    }),
  ).gives<{ readonly name: string }>(),

  ...anomalyCommands,
  ...compressionCommands,
  ...denoiseCommands,
  ...experimentCommands,
  ...jobCommands,
  ...latentCommands,
  ...placeCommands,
  ...tableCommands,
  ...showcaseCommands,
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

/** What each command gives. */
export type Results = { [C in CommandName]: Given<(typeof commands)[C]> }

/** What each command does with its parsed parameters. */
export type Handlers = { [C in CommandName]: (params: ParsedParams<C>) => Promise<Results[C]> }
