import type { NoiseSpec, RestoringQuality } from '../../../../shared/noise'
import type { Region } from '../../../../shared/region'
import type { StrengthMask } from '../../../../shared/strengthMask'
import type { ValueRange } from '../../../engine/denoising/pixelTiles'
import type { Repairs } from '../../../engine/denoising/repair/repairImage'
import type { NoiseLevels } from '../../../engine/synthesis/levels'
import type { ComputeTarget, ModelFiles, ProgressEvent } from '../../../worker/protocol'

export type { Repairs, ValueRange }

export interface RestoringModel extends ModelFiles {
  /** `fast` if not given. */
  readonly quality?: RestoringQuality
}

export interface RestoringParams extends ComputeTarget {
  readonly model: RestoringModel
  /** The noise that the model learned to remove. */
  readonly trained: NoiseSpec | null
  readonly width: number
  readonly height: number
  /** Height and width of a tile; null for what goes into memory. */
  readonly tile: number | null
}

/** Pixels of an image with integer values, height × width × channels. */
export type PixelData = Uint8Array | Uint16Array

/** What was found out of the noise of a whole image, on a scale of its range: its black is 0, its white 255. */
export interface ImageNoise {
  /** In each channel of colour. */
  readonly sigmas: readonly number[]
  /** Of the noise of each channel with that of each, -1..1. */
  readonly correlation: readonly (readonly number[])[]
  /** In the two differences of colours at half the size; null in grey, or where that is too small to tell. */
  readonly coarse: readonly number[] | null
  /** Of noise that is not white, as cameras leave it; null of white noise. Its sigma is then the same in each channel. */
  readonly levels: NoiseLevels | null
  /** Sigmas that a denoiser of white noise is told of brightness and of differences of colours; null to tell it `sigmas`. */
  readonly told: NoiseLevels | null
}

/** An image, the model for it, and how much of its noise is to go. */
export interface DenoiseSubject extends RestoringParams {
  /** With an even number of channels the last is alpha, which stays as it is. */
  readonly pixels: PixelData
  readonly channels: 1 | 2 | 3 | 4
  /**
   * On the 0-255 scale, on which 255 is the largest value that its depth can hold, whatever the range of the image; null to
   * go by the estimate in each channel.
   */
  readonly sigma: number | null
  /** 0 leaves the image as it is, 1 takes out the noise that there is, 2 as if it were twice as strong. */
  readonly strength: number
  /** From an `estimateNoise` before this; without it the noise is estimated where that is needed. */
  readonly noise?: ImageNoise | null
  /** Black and white among the pixels, null for all that they can be; undefined to tell them from the image. */
  readonly range?: ValueRange | null
  /** Of the whole image, where `pixels` are those that `repair` gave; without it they are repaired first. */
  readonly repairs?: Repairs
}

export interface DenoiseParams extends DenoiseSubject {
  /** Of the processor, for this alone; if not given, what the runtime takes by itself. */
  readonly threads?: number
  /** How much of the change in brightness and in colours stays; all of it if not given. See Mix. */
  readonly color?: number
  readonly detail?: number
  /** What was painted over the image, as it is stored. */
  readonly mask?: StrengthMask | null
  /** All of the image as `restoreRegions` left it, which then is mixed only. */
  readonly restored?: PixelData
}

export interface RestoreRegionsParams extends DenoiseSubject {
  /** Shared memory, as many pixels as the image has: gets those of the regions, not mixed with the original. */
  readonly result: PixelData
  readonly regions: readonly Region[]
  /** Height and width of the regions; less at the end of the image. */
  readonly tile: number
}

export type DenoiseEvent =
  | ProgressEvent
  /** The memory was not enough, and the work begins again in tiles of this height and width. */
  | { readonly type: 'smaller-tile'; readonly tile: number }
  /** As many pixels as were given. */
  | { readonly type: 'restored'; readonly pixels: PixelData }
