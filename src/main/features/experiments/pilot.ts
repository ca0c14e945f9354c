import { rm } from 'node:fs/promises'
import type { Preprocessing } from '../../../shared/dataset'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { trainNewRun, type TrainOptions } from '../training/trainRun'
import type { ComputeTarget } from '../../worker/protocol'
import type { VariantPlan } from './variants'

/** How long a variant takes: once a run, and for each epoch of all images. */
export interface VariantTimes {
  readonly runMs: number
  readonly epochMs: number
}

/** Batches of a trial: enough to tell the speed. */
const triedBatches = 24
/** What is kept back: a machine that other work slows down is the rule. */
const usedShare = 0.9
/** Nothing is learned from more passes through few images. */
const mostEpochs = 300
/** An experiment of fewer epochs shows no curve: each is then made of a part of the images. */
const leastEpochs = 5

/**
 * Trains a variant for one short epoch in a folder of its own, to learn what a run takes, its beginning and its end included.
 * @param imagesToTrain images of a whole epoch
 */
export async function tryVariant(
  { spec, config }: VariantPlan,
  subject: ComputeTarget & {
    readonly folder: string
    readonly dataset: string
    readonly preprocessing: Preprocessing
    readonly imagesToTrain: number
  },
  options: TrainOptions,
): Promise<VariantTimes> {
  const { folder, dataset, preprocessing, imagesToTrain, runtime, device } = subject
  const tried = Math.min(imagesToTrain, triedBatches * config.batchSize)
  const startedAt = performance.now()
  let [beganAt, epochAt, samplesPerSecond] = [startedAt, startedAt, 1]
  try {
    await trainNewRun(
      {
        run: folder,
        dataset: { source: dataset, preprocessing },
        model: { spec, fromPreset: null },
        config: { ...config, epochs: 1, imagesPerEpoch: tried, budgetMs: null, pretraining: null },
        overwrite: true,
        runtime,
        device,
      },
      {
        ...options,
        onEvent: (event) => {
          if (event.type === 'started') beganAt = performance.now()
          if (event.type !== 'epoch') return
          epochAt = performance.now()
          samplesPerSecond = event.metrics.samplesPerSecond
        },
      },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const endedAt = performance.now()
  const trainedMs = (1000 * tried) / samplesPerSecond
  return {
    runMs: beganAt - startedAt + (endedAt - epochAt),
    epochMs: (1000 * imagesToTrain) / samplesPerSecond + Math.max(0, epochAt - beganAt - trainedMs),
  }
}

/**
 * How many epochs each run can have within the time that is left for all of them, and of how many images where not even a few
 * whole ones fit.
 */
export function epochsThatFit(
  times: readonly VariantTimes[],
  { seeds, leftMs, imagesToTrain }: { seeds: number; leftMs: number; imagesToTrain: number },
): Pick<TrainingConfig, 'epochs' | 'imagesPerEpoch'> {
  const runsMs = seeds * times.reduce((sum, { runMs }) => sum + runMs, 0)
  const epochsMs = seeds * times.reduce((sum, { epochMs }) => sum + epochMs, 0)
  const fitting = Math.max(0, usedShare * leftMs - runsMs) / epochsMs
  if (fitting >= leastEpochs)
    return { epochs: Math.min(mostEpochs, Math.floor(fitting)), imagesPerEpoch: null }
  const images = Math.max(1, Math.round((imagesToTrain * Math.max(fitting, 0.02)) / leastEpochs))
  return { epochs: leastEpochs, imagesPerEpoch: Math.min(imagesToTrain, Math.max(images, 256)) }
}
