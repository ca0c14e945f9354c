import { z } from 'zod'
import { pretrainingKinds, type Pretraining } from './trainingConfig'
import type { CopyMoment, Tying } from './modelSpec'

/** What an experiment varies, everything else being equal. */
export const variedThings = ['tying', 'preset', 'code', 'noise', 'learning-rate'] as const
export type VariedThing = (typeof variedThings)[number]

/** How the decoder follows the encoder, and what is trained first. The names are those of the command line. */
export const tyingVariants = [
  'tied',
  'untied',
  'copied:batch',
  'copied:epoch',
  'pseudo-inverse',
  'tied+untied',
  'layerwise',
] as const
export type TyingVariant = (typeof tyingVariants)[number]
export const isTyingVariant = (text: string): text is TyingVariant =>
  (tyingVariants as readonly string[]).includes(text)

/** What a variant of tying stands for. After a pre-training the decoder is untied. */
export const tyingOf: Record<
  TyingVariant,
  { readonly tying: Tying; readonly copyEvery?: CopyMoment; readonly pretraining?: Pretraining['kind'] }
> = {
  tied: { tying: 'tied' },
  untied: { tying: 'untied' },
  'copied:batch': { tying: 'copied', copyEvery: 'batch' },
  'copied:epoch': { tying: 'copied', copyEvery: 'epoch' },
  'pseudo-inverse': { tying: 'pseudo-inverse', copyEvery: 'epoch' },
  'tied+untied': { tying: 'untied', pretraining: pretrainingKinds[0] },
  layerwise: { tying: 'untied', pretraining: pretrainingKinds[1] },
}

/** Which experiment a run belongs to, and as what. */
export const experimentOfRunSchema = z.object({
  id: z.string().max(120),
  variant: z.string().max(200),
  seed: z.number().int().min(0).max(0xffffffff),
})
export type ExperimentOfRun = z.infer<typeof experimentOfRunSchema>

export const variationSchema = z.strictObject({
  what: z.enum(variedThings),
  /** As on the command line, in the order of the rows. */
  values: z.array(z.string().min(1).max(200)).min(1).max(12),
})
export type Variation = z.infer<typeof variationSchema>

/** A mean over the seeds, and the standard deviation among them; null of a single seed. */
export interface Figure {
  readonly mean: number
  readonly spread: number | null
  /** One a seed that is done, in their order. */
  readonly values: readonly number[]
}

/** What a kernel of the encoder has become, as the last epoch left it. */
export interface KernelFigures {
  readonly rows: number
  readonly columns: number
  /** The largest first. */
  readonly singular: readonly number[]
  /** ‖WᵀW − I‖ and ‖Wᵀ − W⁺‖, Frobenius. */
  readonly fromOrthonormal: number
  readonly fromPseudoInverse: number
  /** ‖D − Wᵀ‖ / ‖W‖ of the decoder's kernel D: 0 where it is the transpose. */
  readonly decoderFromTranspose: number
}

/** A figure over the epochs: the mean over the seeds, and the least and the largest of them. */
export interface Curve {
  readonly epochs: readonly number[]
  readonly mean: readonly number[]
  readonly least: readonly number[]
  readonly most: readonly number[]
}

/** How far a variant is from the first one, in dB: the mean of the differences of equal seeds, and their spread. */
export interface Difference {
  readonly psnr: Figure
  /** Whether it is larger than its spread over the seeds, and to be seen at all; null of a single seed. */
  readonly exceeds: boolean | null
}

/** A variant with what its finished runs came to. Losses are of held-out images, after the last epoch. */
export interface ExperimentRow {
  readonly variant: string
  readonly done: number
  /** The seeds of its figures' values, in their order. */
  readonly seeds: readonly number[]
  /** Values that training moves, and bytes of the saved weights. */
  readonly parameters: number
  readonly bytes: number
  readonly mse: Figure
  readonly psnr: Figure
  /** Of the best epoch, which is the model that is kept. */
  readonly best: { readonly mse: Figure; readonly psnr: Figure; readonly epoch: Figure }
  readonly trainMs: Figure
  readonly difference: Difference | null
  /** Whether the seeds come out worlds apart, or the end is much worse than the best epoch. */
  readonly unstable: boolean
  readonly code: number
}

export interface VariantCurves {
  readonly variant: string
  readonly loss: Curve
  readonly psnr: Curve
  /** One a kernel, from the input inwards. */
  readonly fromOrthonormal: readonly Curve[]
  readonly fromPseudoInverse: readonly Curve[]
  /** Of the first seed that is done. */
  readonly kernels: readonly KernelFigures[]
}

export interface PcaFigures {
  readonly components: number
  readonly mse: Figure
  readonly psnr: Figure
}

/** results.json */
export interface ExperimentResults {
  readonly version: 1
  readonly title: string
  readonly dataset: {
    readonly name: string
    readonly images: number
    readonly training: number
    /** 0 where all images are trained on, and figures are of those. */
    readonly heldOut: number
    readonly width: number
    readonly height: number
    readonly channels: 1 | 3
  }
  readonly vary: Variation
  readonly seeds: readonly number[]
  readonly epochs: number
  /** Widths of the layers of the first variant, such as 784 → 196 → 49. */
  readonly layers: string
  readonly preset: string | null
  readonly loss: string
  readonly learningRate: number
  readonly batchSize: number
  /** Whether all runs are done. */
  readonly complete: boolean
  readonly rows: readonly ExperimentRow[]
  readonly curves: readonly VariantCurves[]
  /** One for each length of a code, the most frequent first. */
  readonly pca: readonly PcaFigures[]
}
