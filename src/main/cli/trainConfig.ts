import { mostEpochs } from '../features/training/planTraining'
import type { ConfigChoice } from '../features/training/runPlan'
import { budgetMsOf } from './budgetTime'
import { type TrainFlags, usualRate } from './trainOptions'

/** What was asked for of a training; what was not is left to the plan or the preset. */
export function configOf({
  budget,
  epochs,
  batch,
  lr,
  optimizer,
  schedule,
  clip,
  noise,
  seed,
  val,
  patience,
  patches,
  average,
  compressible,
  pretrain,
}: TrainFlags): ConfigChoice {
  return {
    // With a time the preset's epochs do not count.
    ...(budget && { budgetMs: budgetMsOf(budget), epochs: mostEpochs }),
    ...(epochs !== undefined && { epochs }),
    batchSize: batch,
    optimizer: withoutUndefined({ name: optimizer, learningRate: lr, clipNorm: clip }),
    schedule: schedule && { name: schedule },
    noise,
    seed,
    validationSplit: val,
    patience,
    averageDecay: average,
    compressible: compressible === true ? usualRate : compressible,
    pretraining: pretrain && { kind: pretrain },
    patches: patches === undefined ? undefined : { perImage: patches },
  }
}

export function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}
