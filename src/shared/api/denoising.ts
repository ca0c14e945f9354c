import { z } from 'zod'
import { damageKinds } from '../damage'
import { restoringQualities } from '../noise'
import { pictureRangeSchema, type ToldScale } from '../pictureRange'
import { idSchema, type PixelBlock } from './library'
import { mostHoleCells, mostPercent } from '../strengthMask'
import { type Place, placeSchema } from './places'

export const builtinModels = ['builtin:grey', 'builtin:color'] as const

/** What a person sets for a picture. */
export const denoiseControlsSchema = z.strictObject({
  /** What is wrong with it. All but `noise` go over the whole picture, without the controls that mix. */
  kind: z.enum(damageKinds).default('noise'),
  /** That the picture was saved with as a JPEG; `auto` goes by its tables, or the blocks that are seen. */
  jpegQuality: z.union([z.literal('auto'), z.number().int().min(1).max(100)]).default('auto'),
  /** Where no holes are painted, scratches are looked for and filled. */
  findsScratches: z.boolean().default(true),
  /** `auto`: the built-in one that suits the picture; or one of the library. */
  model: z.union([z.literal('auto'), z.enum(builtinModels), idSchema]).default('auto'),
  /** `best` takes eight times as long. */
  quality: z.enum(restoringQualities).default('fast'),
  /** Strength of the noise on the 0-255 scale; `auto` goes by the estimate in each channel. */
  sigma: z.union([z.literal('auto'), z.number().min(0).max(255)]).default('auto'),
  /** 0 nothing is taken out, 1 the noise that there is, 2 as if it were twice as strong. */
  strength: z.number().min(0).max(2).default(1),
  /** Of the noise of colours, how much is taken out. */
  color: z.number().min(0).max(1).default(1),
  /** Of what was taken out of the brightness, how much comes back. */
  detail: z.number().min(0).max(1).default(0),
  /** Black and white of a picture with more than 8 bits. */
  range: pictureRangeSchema.default('auto'),
})
export type DenoiseControls = z.infer<typeof denoiseControlsSchema>
export const defaultControls: DenoiseControls = denoiseControlsSchema.parse({})

const cells = z.number().int().min(1).max(mostHoleCells)
/** See StrengthMask. */
export const strengthMaskSchema = z
  .strictObject({
    columns: cells,
    rows: cells,
    values: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'A mask is bytes.'),
  })
  .refine(
    ({ columns, rows, values }) =>
      values.length === columns * rows && values.every((value) => value <= mostPercent),
    'A mask has a value of at most 200 for each of its cells.',
  )

export const savedFormats = ['same', 'jpeg', 'png', 'webp', 'avif', 'tiff'] as const

/** Formats that leave something out to make files smaller. */
export const lossyFormats = ['jpeg', 'webp', 'avif'] as const
const percent = z.number().int().min(1).max(100)
/** 1..100 of each; at the defaults hardly anything is lost. One number, as it once was, is for all. */
export const qualitySchema = z.union([
  percent.transform((quality) => ({ jpeg: quality, webp: quality, avif: quality })),
  z.strictObject({ jpeg: percent.default(95), webp: percent.default(95), avif: percent.default(88) }),
])
export type Quality = z.output<typeof qualitySchema>

/** Where results go, and as what. */
export const denoiseOutputSchema = z.strictObject({
  /** Null for the folder that each original is in. */
  folder: placeSchema.nullable().default(null),
  /** Of the name without its ending; {name} stands for that of the original. */
  pattern: z
    .string()
    .trim()
    .max(120)
    .refine((text) => text.includes('{name}'), 'The names of the results need {name} in them.')
    .refine((text) => !/[/\\:*?"<>|\p{Cc}]/u.test(text), 'A name cannot have / \\ : * ? " < > | in it.')
    .default('{name}-denoised'),
  format: z.enum(savedFormats).default('same'),
  quality: qualitySchema.prefault({}),
  /** Puts results in place of the originals. */
  replaceOriginals: z.boolean().default(false),
})
export type DenoiseOutput = z.infer<typeof denoiseOutputSchema>

export const pictureStates = [
  'ready',
  'waiting',
  'working',
  'done',
  'unchanged',
  'skipped',
  'failed',
] as const
export type PictureState = (typeof pictureStates)[number]

/** In pixels of the picture, upright. May reach beyond it. */
export const rectangleSchema = z.strictObject({
  left: z.number(),
  top: z.number(),
  width: z.number().min(1).max(1e6),
  height: z.number().min(1).max(1e6),
})
export type ViewRectangle = z.infer<typeof rectangleSchema>

/**
 * A picture on the screen, and its place in the queue.
 *
 *     ready ──▶ waiting ──▶ working ──▶ done | unchanged | skipped | failed
 *       ▲__________|___________|
 *
 * - `done`: its result was written
 * - `unchanged`: there was nothing to remove; only where a folder was chosen is there a copy of it, byte by byte
 * - `skipped`: it was done before in just this way
 */
export interface DenoisePicture {
  readonly id: string
  readonly name: string
  /** Last part of the path of its folder. */
  readonly folder: string
  /** Upright. 0 for a file that cannot be read. */
  readonly width: number
  readonly height: number
  readonly bytes: number
  readonly state: PictureState
  /** Of the picture that is being worked on, 0..1. */
  readonly progress: number
  readonly controls: DenoiseControls
  /** They are of this picture alone: what is set for all others leaves them as they are. */
  readonly hasOwnControls: boolean
  /** Names its strength mask, each mask another one; null for a picture without one. */
  readonly mask: string | null
  /** The same of its mask of holes. */
  readonly holes: string | null
  /** Whether it can be looked at. */
  readonly isReadable: boolean
  /** It came through a browser or the clipboard, and no folder of the person's is around it. */
  readonly isUploaded: boolean
  /** Name of the file that was written. */
  readonly result: string | null
  /** That file lies with the app, and a browser can download it. */
  readonly isDownloadable: boolean
  /** Why it failed or was skipped, or what else there is to know. */
  readonly message: string | null
}

/** How far the pictures are that were asked for together; once it is idle, what became of the last of them. */
export interface DenoiseBatch {
  readonly state: 'idle' | 'running' | 'paused'
  /** All that did not fail, also where nothing was written. */
  readonly done: number
  /** Of those that are done, how many had nothing to remove. */
  readonly unchanged: number
  /** Of those that are done, how many were done before in just this way. */
  readonly skipped: number
  readonly failed: number
  readonly total: number
  /** 0..1, by megapixels. */
  readonly share: number
  /** Megapixels a second; null where it cannot be said yet. */
  readonly rate: number | null
  readonly timeLeftMs: number | null
}

export interface ControlPreset {
  readonly name: string
  readonly controls: DenoiseControls
}

export interface DenoiseState {
  readonly batch: DenoiseBatch
  readonly presets: readonly ControlPreset[]
  /** As it was set last; the folder is that of `folder`, and originals are not replaced unless that is asked for anew. */
  readonly output: DenoiseOutput
  /** Where results go, also after a restart; null for the folder that each original is in. */
  readonly folder: Place | null
}

/** What was found out of a picture when it was opened. */
export interface OpenedPicture {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  readonly depth: 8 | 16 | 32
  readonly format: string
  /** In each channel of colour, on the 0-255 scale; null where the picture is too small to tell. */
  readonly sigmas: readonly number[] | null
  /** Of noise that is not white, as cameras and files leave it: its sigmas on the 0-255 scale; null of white noise. */
  readonly levels: { readonly brightness: number; readonly color: number } | null
  /** How much of what looks like noise is taken for it, 0..1. */
  readonly certainty: number
  readonly repairs: FoundRepairs
  /** The quality of a JPEG whose blocks are seen in it; null where there are none, or they are good. */
  readonly jpeg: number | null
  /** Black and white, in the numbers of its file; null of 8 bits. */
  readonly scale: ToldScale | null
}

/** What was found besides noise; a network gets the picture without it. */
export interface FoundRepairs {
  /** Share of the values that are hot pixels, or salt and pepper; 0 for none. */
  readonly impulses: number
  /** Sigma of the offsets of rows and of columns on the 0-255 scale; 0 for none. */
  readonly rows: number
  readonly columns: number
  /** How much of the values of its file the picture uses, 0..1; null where that is no little part of them. */
  readonly range: number | null
}

/** A part of a view, in its pixels from its left and top. */
export interface ChangedPart {
  readonly left: number
  readonly top: number
  readonly block: PixelBlock
}

/** What is seen of a picture, at 1 / 2^level of its size. */
export interface PictureView {
  /** -1 of one that is enlarged to twice its size. */
  readonly level: number
  /** In pixels of the picture, upright. */
  readonly left: number
  readonly top: number
  /** Of what the model has made; grows. */
  readonly version: number
  /** Null, as the others, where only what has changed was asked for. */
  readonly original: PixelBlock | null
  /** What the model is given, where that is not the original: without hot pixels and offsets of rows. */
  readonly repaired: PixelBlock | null
  /** What the model makes of it, all of it; where it is not there yet, what was there before. */
  readonly restored: PixelBlock | null
  /** What the model has made of it since the version that was asked for, one after the other. */
  readonly changed: readonly ChangedPart[]
  /** Of the clean picture beside it, where there is one. */
  readonly reference: PixelBlock | null
  /** How much of what is seen is restored, 0..1. */
  readonly ready: number
  /** And of the whole picture. */
  readonly readyOfAll: number
  /** All that is seen is a draft, and stays one until no more pictures are saved. */
  readonly waits: boolean
  /** How much of what looks like noise is taken for it, 0..1: the strength of the result is multiplied by it. */
  readonly certainty: number
  /** Why it cannot be restored. */
  readonly problem: string | null
}

export interface ReferenceFigures {
  /** Of the original against the clean picture: PSNR in dB, SSIM. */
  readonly noisy: { readonly psnr: number; readonly ssim: number }
  /** Of the result; null until all of it is restored. */
  readonly result: { readonly psnr: number; readonly ssim: number } | null
}

export interface ComparedModel {
  readonly model: string
  readonly image: PixelBlock | null
  readonly msPerMegapixel: number | null
  readonly problem: string | null
}
