import type { Budget, TrainingPlan } from '../../../shared/plan'
import { judge, type Verdict } from '../../../shared/verdict'
import type { Finding } from '../../../shared/run'
import { planForFolder } from '../../features/training/planService'
import { trainNewRun, type TrainOptions, type TrainSummary } from '../../features/training/trainRun'

/** What came of one training. PSNR in dB. */
export interface FirstMinute {
  readonly seed: number
  /** On images held out, of the epoch that is kept; null where there are too few to hold any out. */
  readonly psnr: number | null
  /** Of the mean image, and of PCA with as many numbers. */
  readonly mean: number | null
  readonly pca: { readonly psnr: number; readonly components: number } | null
  /** Above PCA. */
  readonly gain: number | null
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  readonly epochs: number
  readonly runtime: string
  /** From the first look at the folder to the model on the disk. */
  readonly wallMs: number
}

export interface TrainedFolder {
  readonly plan: TrainingPlan
  readonly summary: TrainSummary
  readonly measured: FirstMinute
}

/** Looks at a folder, plans and trains, as `hourglass train FOLDER` does: with every default but the seed. @throws ExpectedError, CancelledError */
export async function measureFirstMinute(
  folder: string,
  { seed, budget, run }: { readonly seed: number; readonly budget: Budget; readonly run: string },
  options: TrainOptions,
): Promise<TrainedFolder> {
  const startedAt = performance.now()
  const plan = await planForFolder(folder, budget)
  const summary = await trainNewRun(
    {
      run,
      dataset: { source: folder, preprocessing: plan.preprocessing! },
      model: { seed, spec: plan.spec, fromPreset: null },
      config: { ...plan.config, seed },
      overwrite: false,
    },
    options,
  )
  const wallMs = performance.now() - startedAt
  const { info, best, epochs } = summary
  const { baselines, findings, runtime } = info
  const measured = {
    seed,
    findings,
    epochs,
    runtime,
    wallMs,
    psnr: best?.psnr ?? null,
    mean: baselines?.mean ?? null,
    pca: baselines?.pca ?? null,
    ...judge({ best, baselines, findings }),
  }
  return { plan, summary, measured }
}
