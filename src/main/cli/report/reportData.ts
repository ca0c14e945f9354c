import type { EpochMetrics, RunInfo } from '../../../shared/run'
import type { ImageBatch } from '../../../shared/imageBatch'
import type { LatentMap } from '../../base/drawing/latentChart'

/** `trained` counts values that training moves, null where there are none; `loss` is the mean squared error. */
export type ComparisonRow = { name: string; trained: number | null; loss: number; psnr: number }

/** All that a report shows. What is null or empty is left out. */
export type ReportData = {
  title: string
  run: RunInfo
  epochs: EpochMetrics[]
  /** Images in each part of the split. */
  images: { training: number; heldOut: number }
  /** Trained values; `untied` is what the same layers would have with a decoder of their own. */
  parameters: { trained: number; untied: number }
  /** Of the best checkpoint on held-out images. `noisyPsnr` is the input's, in dB, where noise was added. */
  heldOut: { loss: number; psnr: number; ssim: number; noisyPsnr: number | null } | null
  /** The same images in each; some twelve fit well. */
  samples: { original: ImageBatch; noisy: ImageBatch | null; reconstructed: ImageBatch } | null
  /** Other ways to do the same, on the same images; `sentence` says what follows from them. */
  comparison: { title: string; sentence: string; rows: ComparisonRow[] } | null
  /** Kernels of the first layer, from `kernelImages`; 64 fit well. */
  kernels: ImageBatch | null
  /** `method` says how the codes came into two dimensions, such as "UMAP" or "the code itself". */
  latent: (LatentMap & { method: string }) | null
  /** The share of the codes' variance along each principal axis, largest first. */
  varianceRatio: ArrayLike<number> | null
  /** How to go on, each a line to copy. */
  commands: { purpose: string; command: string }[]
}
