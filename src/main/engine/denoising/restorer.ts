import type { Lanes } from './lanes'
import type { TiledImage } from './tiledImage'
import type { RestoringQuality } from '../../../shared/noise'

/** What a model is told of the noise, on the 0-255 scale: one level, or as many as it takes (see noiseLevels). */
export type ToldNoise = number | readonly number[]

export interface RestoreOptions {
  /** Of the noise of each plane, for models that take it; null for a plane that stays as it is. */
  readonly sigmas: readonly (ToldNoise | null)[]
  /**
   * `best` restores the image flipped and turned in all eight ways too, and averages: a network has no reason to prefer one
   * of them, and its errors differ. It takes eight times as long. (Timofte et al. 2016, "Seven ways to improve example-based
   * single image super resolution".) Models of patches ignore it.
   */
  readonly quality?: RestoringQuality
  /** After every call of the runtime; what it throws ends the work. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface RestorerOptions extends Lanes {
  readonly device?: string
  /** See CompileOptions. */
  readonly threads?: number
  /** Where the ONNX file of a model that is one lies. */
  readonly file?: string
  /** Height and width of a tile, halo included; smaller images take smaller ones. */
  readonly tile: number
}

/** A model on images of any size. Dispose of it when done. */
export interface Restorer {
  /** Channels of a plane. */
  readonly channels: 1 | 3
  /** Height and width of the tiles it works in now. */
  readonly tile: number
  /** Writes each pixel of the image once, not clipped. */
  restore(image: TiledImage, options: RestoreOptions): Promise<void>
  dispose(): Promise<void>
}
