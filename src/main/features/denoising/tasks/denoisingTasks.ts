import type { ModelSpec } from '../../../../shared/modelSpec'
import type { NoiseSpec, RestoringQuality } from '../../../../shared/noise'
import type { Region } from '../../../../shared/region'
import type { StrengthMask } from '../../../../shared/strengthMask'
import type { ValueRange } from '../../../engine/denoising/pixelTiles'
import type { LevelNetwork } from '../../../engine/denoising/realNoise/levelEstimate'
import type { Repairs } from '../../../engine/denoising/repair/repairImage'
import type { Planes } from '../../../engine/restoration/planeTiles'
import type { NoiseLevels } from '../../../engine/synthesis/levels'
import type { StoredWeights as Weights } from '../../../store/checkpointStore'
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

/** What the compute worker does with noise in pictures. */
export interface DenoisingTasks {
  /** The network that estimates levels of noise. @param tiles clean photographs, count × side × side × 3 bytes */
  trainLevels: {
    params: ComputeTarget & { tiles: Uint8Array; side: number; count: number }
    result: { network: LevelNetwork }
    event: ProgressEvent
  }
  /** Initial weights of a denoiser of colours that begins where one of grey has come to. */
  widenToColor: {
    params: { grey: ModelFiles; spec: ModelSpec }
    result: { weights: Weights }
    event: never
  }
  /** One image of any size, without its noise. */
  denoise: {
    params: DenoiseParams
    /** Sigma in each channel of colour on the scale of `sigma`, null where that cannot be told; height and width of the tiles, 0 if it was restored already or repaired only, null if left as it was. */
    result: {
      estimated: readonly number[] | null
      /** Of noise that is not white, on the same scale. */
      levels: NoiseLevels | null
      tile: number | null
      repairs: Repairs
    }
    event: DenoiseEvent
  }
  /** Whatever is wrong with an image that is no noise to a network; `pixels`, in shared memory, are null where its values can stay. */
  repair: {
    params: Pick<DenoiseSubject, 'pixels' | 'height' | 'width' | 'channels' | 'range'>
    result: { repairs: Repairs; pixels: PixelData | null }
    event: never
  }
  /** The noise of an image once it is repaired; `noise` is null for one that is too small to tell. */
  estimateNoise: {
    params: Pick<DenoiseSubject, 'pixels' | 'height' | 'width' | 'channels' | 'range' | 'repairs'>
    /** `certainty` 0..1: how much of what looks like noise is noise, when the estimate alone decides. */
    result: { noise: ImageNoise | null; certainty: number; repairs: Repairs }
    event: never
  }
  /**
   * Planes of an image through a model, once for each level that it is told. Pixels outside a mask stay as they were, and what
   * is enlarged remains, made smaller, the small image.
   */
  restorePlanes: {
    params: ComputeTarget & {
      model: RestoringModel
      planes: Planes
      levels: readonly number[]
      /** Height × width, 1 where a pixel may change. */
      mask?: Uint8Array
      /** The image that was enlarged: planes × height × width. */
      small?: { readonly height: number; readonly width: number; readonly data: Float32Array }
      tile: number | null
    }
    result: { data: Float32Array }
    event: ProgressEvent
  }
  /** Holes in planes filled without a model. @param mask 1 where pixels are missing */
  fillPlanes: {
    params: { data: Float32Array; mask: Uint8Array; height: number; width: number }
    result: { data: Float32Array }
    event: never
  }
  /** What looks like a scratch in a plane of brightness. */
  findDamage: {
    params: { data: Float32Array; height: number; width: number }
    result: { mask: Uint8Array }
    event: never
  }
  /** Planes resized by Lanczos' filter. */
  enlargePlanes: {
    params: { data: Float32Array; height: number; width: number; rows: number; columns: number }
    result: { data: Float32Array }
    event: never
  }
  /** Of a table of a JPEG file, or of brightness 0..255; null where no grid is seen. */
  jpegQuality: {
    params: { table: readonly number[] | null; data: Float32Array | null; height: number; width: number }
    result: { quality: number | null }
    event: never
  }
  /** Parts of an image, as they are in the whole one restored; a `region` event each. */
  restoreRegions: {
    params: RestoreRegionsParams
    result: { ms: number }
    event: { readonly type: 'region'; readonly index: number }
  }
  /** PSNR in dB and SSIM of two images of one size, height × width × channels bytes. */
  similarity: {
    params: { a: Uint8Array; b: Uint8Array; height: number; width: number; channels: 1 | 3 }
    result: { psnr: number; ssim: number }
    event: never
  }
  /** One image of any size, corrupted and restored. @param pixels height × width × channels */
  restoreTest: {
    params: RestoringParams & {
      pixels: Uint8Array
      channels: 1 | 3
      noise: NoiseSpec | null
      /** Clipped and rounded to 8 bits before the model gets it. */
      clip?: boolean
      seed: number
    }
    /** PSNR in dB, SSIM, and the mean absolute error, all of the clipped output; PSNR of the clipped input. */
    result: { psnr: number; ssim: number; noisyPsnr: number | null; meanError: number }
    event: never
  }
}
