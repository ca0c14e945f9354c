import { inputSize } from '../../../../shared/modelSpec'
import { trainingConfigSchema } from '../../../../shared/trainingConfig'
import { asBytes } from '../../../engine/imaging/pixelBytes'
import { Trainer } from '../../../engine/training/trainer'
import type { LearnEvent, LearnParams, ShowcaseState } from './showcaseTasks'
import { chooseRuntime } from '../../../worker/runtimes'
import type { TaskContext } from '../../../worker/taskContext'

interface LearnShowcase {
  params: LearnParams
  /** `isDone`: the time was over; else it was asked to end. */
  result: ShowcaseState & { readonly isDone: boolean }
  event: LearnEvent
}

/** A small network learns these images in a second; few steps at first let the eye follow, and leave the cores to others. */
const stepsAt = (elapsedMs: number) => Math.min(24, 1 + Math.floor(elapsedMs / 500))
/** How often a waiting task looks whether it is asked to end. */
const lookEveryMs = 20

/** Trains a small model on images in memory, at a pace that can be watched, and tells how it draws some of them. */
export async function learnShowcase(
  params: LearnParams,
  context: TaskContext<LearnEvent>,
): Promise<LearnShowcase['result']> {
  const { spec, pixels, forMs, everyMs, from } = params
  const { runtime, device } = chooseRuntime(params)
  const rowBytes = inputSize(spec.input)
  const trainer = await Trainer.create(runtime, device, spec, configOf(), {
    count: pixels.length / rowBytes,
    rowBytes,
    readRows: async (start, count, into) =>
      into.set(pixels.subarray(start * rowBytes, (start + count) * rowBytes)),
  })
  try {
    if (from) await trainer.restore(from.values, from.position)
    const clock = new Clock(from?.elapsedMs ?? 0)
    if (!from) await show(trainer, params, context, null, 0)
    while (clock.elapsedMs < forMs && context.requested() === 'continue') {
      const next = clock.elapsedMs + everyMs
      const { loss } = await trainer.trainSteps(stepsAt(clock.elapsedMs))
      await show(trainer, params, context, loss, clock.elapsedMs)
      while (clock.elapsedMs < next && context.requested() === 'continue') await wait(lookEveryMs)
    }
    const { elapsedMs } = clock
    return {
      values: await trainer.values(),
      position: trainer.position,
      elapsedMs,
      isDone: elapsedMs >= forMs,
    }
  } finally {
    await trainer.dispose()
  }
}

/** It has no last epoch, so the learning rate stays. */
const configOf = () =>
  trainingConfigSchema.parse({
    epochs: 1_000_000,
    batchSize: 32,
    validationSplit: 0,
    optimizer: { learningRate: 0.002 },
    seed: 1,
  })

async function show(
  trainer: Trainer,
  { shown }: LearnParams,
  context: TaskContext<LearnEvent>,
  loss: number | null,
  elapsedMs: number,
): Promise<void> {
  const reconstructions = asBytes((await trainer.reconstruct(shown)).output)
  context.emit({ step: trainer.position.step, loss, elapsedMs, reconstructions })
}

/** Time that goes on from where an earlier stretch has left it. */
class Clock {
  private readonly startedAt = performance.now()

  constructor(private readonly beforeMs: number) {}

  get elapsedMs(): number {
    return this.beforeMs + performance.now() - this.startedAt
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
