import { z } from 'zod'
import { command } from './command'
import type { Begun } from './latent'
import { idSchema, type PixelBlock } from './library'
import { placeSchema } from './places'

const trial = z.uuid('What was tried is named by its key.')

/** Folders of images as codes of a model, in one file, and back again. */
export const compressionCommands = {
  /** Reads the images and measures how many bytes they take at several qualities. Gives a job. */
  'compression.try': command(z.strictObject({ model: idSchema, place: placeSchema })).gives<
    Begun & { readonly id: string }
  >(),
  /** What was measured; null until the job is done. */
  'compression.get': command(z.strictObject({ id: trial })).gives<CompressionTrial | null>(),
  /** Some of the images at one of its qualities, and beside them as other codecs keep them in as many bytes. */
  'compression.pictures': command(
    z.strictObject({ id: trial, point: z.number().int().min(0).max(100) }),
  ).gives<readonly KeptPictures[]>(),
  /** Into a file with a free name in a folder. Gives a job. */
  'compression.save': command(
    z.strictObject({
      id: trial,
      /** How near the images are to come, in dB; null keeps each pixel exactly. */
      psnr: z.number().min(1).max(60).nullable(),
      modelOutside: z.boolean().default(false),
      folder: placeSchema,
    }),
  ).gives<Begun>(),
  /** What a compressed file holds. */
  'compression.inspect': command(z.strictObject({ place: placeSchema })).gives<InspectedFile>(),
  /** Draws its images into a new folder within one. Gives a job. */
  'compression.unpack': command(
    z.strictObject({
      place: placeSchema,
      folder: placeSchema,
      /** For a file without its model. */
      model: idSchema.nullable().default(null),
    }),
  ).gives<Begun>(),
} as const

/** A quality that was measured on some of the images. */
export interface QualityPoint {
  /** Mean over these images, in dB. */
  readonly psnr: number
  readonly ssim: number
  /** Of the codes of an image, without names. */
  readonly bytes: number
  /** Of the model and of what it needs, once in the file. */
  readonly fixedBytes: number
}

/** Other ways to keep the same images: a file for each, one picture of all of them, and PCA with the coder of a .hgz file. */
export const rivalNames = ['jpeg', 'webp', 'avif', 'webpSheet', 'avifSheet', 'pca'] as const
export type RivalName = (typeof rivalNames)[number]

/** PSNR over bytes an image, of one way to keep images; a codec with several settings has several curves. */
export interface RateCurve {
  readonly name: 'hourglass' | RivalName
  readonly points: readonly { readonly bytes: number; readonly psnr: number }[]
}

export interface CompressionTrial {
  readonly id: string
  readonly model: string
  /** The folder's name. */
  readonly folder: string
  readonly count: number
  readonly skipped: number
  /** Whether images have the model's own size, so that their pixels can be kept exactly. */
  readonly isOwnSize: boolean
  /** Whether axes come from images that the model was trained on. */
  readonly knowsTraining: boolean
  /** The coarsest first. */
  readonly points: readonly QualityPoint[]
  /** That is proposed: as good as the model draws, but for half a dB. */
  readonly usual: number
  readonly curves: readonly RateCurve[]
  /** What was saved last. */
  readonly saved: {
    readonly name: string
    readonly bytes: number
    readonly psnr: number
    readonly isReached: boolean
  } | null
}

/** The same images, kept in one way. */
export interface KeptPictures {
  readonly name: 'original' | 'hourglass' | 'jpeg' | 'webp' | 'avif'
  /** Of an image, on average; null of the originals. */
  readonly bytes: number | null
  readonly psnr: number | null
  readonly images: PixelBlock
}

export interface InspectedFile {
  readonly name: string
  readonly bytes: number
  readonly count: number
  /** Null of a file whose pixels are exact. */
  readonly psnr: number | null
  /** Each pixel is within so many of 255 levels; null where pixels are not kept. */
  readonly maxError: number | null
  readonly model: { readonly name: string; readonly isInside: boolean }
  readonly width: number
  readonly height: number
}
