import type { z } from 'zod'
import { type ModelSpec, modelSpecSchema } from '../../src/shared/modelSpec'
import type { EpochMetrics } from '../../src/shared/run'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'
import type { Runtime } from '../../src/main/engine/runtimes/runtime'
import type { PixelSource } from '../../src/main/engine/training/pixelSource'
import { Trainer, type TrainingObserver, type TrainingOutcome } from '../../src/main/engine/training/trainer'

export type ConfigInput = z.input<typeof trainingConfigSchema>

/** Dense layers on grey images of 8 × 8; the last one is linear. */
export function specOf(
  units: readonly number[],
  more: Partial<z.input<typeof modelSpecSchema>> = {},
): ModelSpec {
  return modelSpecSchema.parse({
    input: { height: 8, width: 8, channels: 1 },
    encoder: units.map((n, i) => ({
      type: 'dense',
      units: n,
      activation: i === units.length - 1 ? 'linear' : 'sigmoid',
    })),
    ...more,
  })
}

/** Runs `body` with a trainer on the processor, which is disposed of afterwards. */
export async function withTrainer<T>(
  runtime: Runtime,
  spec: ModelSpec,
  config: ConfigInput,
  source: PixelSource,
  body: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const trainer = await Trainer.create(runtime, 'cpu', spec, trainingConfigSchema.parse(config), source)
  try {
    return await body(trainer)
  } finally {
    await trainer.dispose()
  }
}

export interface Trained {
  readonly outcome: TrainingOutcome
  readonly metrics: readonly EpochMetrics[]
}

/** Trains to the end, or until `observer` asks for something else. */
export async function trainWith(
  trainer: Trainer,
  observer: Partial<TrainingObserver> = {},
): Promise<Trained> {
  const metrics: EpochMetrics[] = []
  const outcome = await trainer.run({
    requested: () => 'continue',
    progress: () => undefined,
    ...observer,
    epochEnded: async (epoch) => {
      metrics.push(epoch)
      await observer.epochEnded?.(epoch)
    },
  })
  return { outcome, metrics }
}

/** What does not depend on how fast the machine was. */
export function withoutTimes(metrics: EpochMetrics): Partial<EpochMetrics> {
  const ofTime = ['samplesPerSecond', 'elapsedMs', 'timeLeftMs']
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !ofTime.includes(name)))
}

/** The largest |aᵢ − bᵢ|. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return a.length === b.length ? largest : Infinity
}
