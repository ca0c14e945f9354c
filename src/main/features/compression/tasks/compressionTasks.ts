import type { ComputeTarget, ModelFiles } from '../../../worker/protocol'
import type { KeptItem } from '../hgzNames'

/** How good the images are to be: as good as the model draws them, a PSNR, or so many bits for the widest number. */
export type CompressionGoal =
  | { readonly kind: 'auto' }
  | { readonly kind: 'psnr'; readonly psnr: number }
  | { readonly kind: 'bits'; readonly bits: number }
  /** As another file of these images has it. */
  | { readonly kind: 'step'; readonly step: number; readonly withDetails: boolean }

export interface CompressParams extends ComputeTarget {
  readonly model: ModelFiles
  readonly name: string
  /** The folder of a dataset that the model was trained on; null where it is not there any more. */
  readonly training: string | null
  /** The folder of a dataset. */
  readonly dataset: string
  readonly out: string
  readonly goal: CompressionGoal
  /** Largest error of a pixel, of 255; null keeps no pixels. */
  readonly maxError: number | null
  readonly modelInside: boolean
}

export interface CompressResult {
  readonly count: number
  /** Mean of the images, in dB, as the file gives them. */
  readonly psnr: number
  readonly target: number | null
  readonly isReached: boolean
  /** Whether axes and details come from images that the model was trained on, and not from the compressed ones. */
  readonly knowsTraining: boolean
  readonly step: number
  readonly axes: number
  readonly details: number
  /** Of the file. */
  readonly bytes: number
  readonly parts: {
    readonly model: number
    readonly axes: number
    readonly names: number
    readonly codes: number
    readonly pixels: number
  }
}

export interface DecompressParams extends ComputeTarget {
  readonly file: string
  /** For a file without its model. */
  readonly model: ModelFiles | null
  /** Blocks to read, from this one on; all without it. */
  readonly block?: number
  /** Whether values of the network come, and not pixels. */
  readonly asFloats?: boolean
}

export interface DecompressedBatch {
  readonly type: 'batch'
  readonly first: number
  readonly count: number
  readonly items: readonly KeptItem[]
  /** count × inputs. */
  readonly pixels: Uint8Array
}

/** A point of a rate-distortion curve; bytes an image, without names. */
export interface CurvePoint {
  readonly setting: number
  readonly bytes: number
  readonly psnr: number
  readonly ssim: number
}

export interface MeasureParams extends ComputeTarget {
  readonly model: ModelFiles
  readonly training: string | null
  readonly dataset: string
  /** Of the file: the curves are around it. */
  readonly psnr: number
  readonly step: number
  readonly withDetails: boolean
  /** Images that are measured. */
  readonly images: number
}

export interface MeasureResult {
  readonly images: number
  readonly model: readonly CurvePoint[]
  readonly pca: readonly CurvePoint[]
}

export interface TryParams extends ComputeTarget {
  readonly model: ModelFiles
  readonly training: string | null
  readonly dataset: string
  /** Images that are measured, evenly taken, and the first of these that are shown. */
  readonly images: number
  readonly shown: number
}

/** A quality, with the images that are shown as it gives them. */
export interface TriedPoint extends CurvePoint {
  /** Of the model, its axes and what the header says of them, once in the file. */
  readonly fixedBytes: number
  /** shown × inputs. */
  readonly drawn: Uint8Array
}

export interface TryResult {
  readonly images: number
  readonly knowsTraining: boolean
  /** From coarse to fine. */
  readonly points: readonly TriedPoint[]
  /** The one that `auto` would take. */
  readonly usual: number
  readonly pca: readonly CurvePoint[]
}

export interface CompressionProgress {
  readonly type: 'progress'
  readonly done: number
  readonly total: number
}
