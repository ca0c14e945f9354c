import { existsSync } from 'node:fs'
import type { Baselines } from '../../../../shared/run'
import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { countTrained } from '../../../../shared/modelSpec'
import { Trainer, type TrainingOutcome } from '../../../engine/training/trainer'
import { trainingPositionSchema } from '../../../engine/training/position'
import type { ImageSource } from '../../../engine/training/patchBatches'
import { baselinesOf } from '../../../engine/training/baselines'
import { HealthWatch } from '../../../engine/training/health'
import { decoderCopies } from '../../../engine/models/decoderCopies'
import { ownWeights } from '../../../../shared/ownWeights'
import { explicitWeights, parametersFromWeights } from '../../../engine/models/weights'
import {
  type Checkpoint,
  readCheckpoint,
  type StoredWeights,
  writeCheckpoint,
} from '../../../store/checkpointStore'
import { makeFolder } from '../../../store/makeFolder'
import { rewindSnapshots } from '../../../store/historyStore'
import { appendMetrics, rewindMetrics, runFiles } from '../../../store/runStore'
import { fastestTarget } from './fastestTarget'
import { readInitialParameters } from '../../../worker/loadModel'
import type { TrainEvent, TrainParams, TrainResult } from './trainingTasks'
import { chooseRuntime } from '../../../worker/runtimes'
import type { TaskContext } from '../../../worker/taskContext'
import { openTrainingSource } from '../../datasets/tasks/pixelSource'
import { RunHistory } from './runHistory'
import { SpectraRecorder } from './spectraRecorder'

type Position = Trainer['position']

/** Progress is sent at most this often. */
const progressEveryMs = 100

/**
 * Trains a run in its folder. Order on disk, each step synced before the next: snapshot, metrics line, best checkpoint,
 * latest checkpoint. A crash between any two leaves a latest checkpoint whose future is rewound when it resumes.
 */
export async function train(params: TrainParams, context: TaskContext<TrainEvent>): Promise<TrainResult> {
  const { dataset, source, close } = await openTrainingSource(params.dataset, params.config.noise)
  try {
    checkDatasetFits(dataset.info, params.spec.input, params.config.patches)
    await makeFolder(runFiles.checkpoints(params.run))
    const began = performance.now()
    const isNew = !(params.resume && existsSync(runFiles.latest(params.run)))
    const isPlanned = params.config.budgetMs !== null && isNew
    // A runtime that cannot train the model is left out below, where all are timed, or its error is told there.
    const initial = isPlanned ? await showStart(params, source, context).catch(() => undefined) : undefined
    const timed = isPlanned ? await fastestTarget(params, params.spec, params.config, context) : null
    const { runtime, device } = chooseRuntime(timed ?? params)
    const trainer = await Trainer.create(runtime, device, params.spec, params.config, source, initial)
    try {
      if (!initial) await start(trainer, params)
      const importMs = Math.min(params.spentMs ?? 0, (params.config.budgetMs ?? 0) / 2)
      trainer.preparationMs = isNew ? importMs + performance.now() - began : 0
      if (timed) trainer.planEpochs(timed.samplesPerSecond)
      context.emit({
        type: 'started',
        runtime: runtime.name,
        device,
        version: runtime.version,
        images: trainer.imagesPerEpoch,
        parameters: countTrained(params.spec),
        epochs: trainer.epochs,
        finishedEpochs: trainer.position.epoch,
      })
      const history = await RunHistory.open(params.run, trainer, trainer.images)
      const spectra = params.spectra ? await SpectraRecorder.open(params.run, trainer) : null
      // A run that was paused within its first epoch, or killed right after it, has none yet.
      const measure = params.hasBaselines ? null : () => baselinesOf(trainer, runtime)
      const outcome = await runTraining(trainer, params, context, { history, spectra, measure })
      const { epoch, bestEpoch, bestLoss } = trainer.position
      return { outcome, epochs: epoch, bestEpoch, bestLoss }
    } finally {
      await trainer.dispose()
    }
  } finally {
    await close()
  }
}

/**
 * Leaves what the model makes before its first epoch, so that there is something to look at while the runtimes are loaded and
 * timed. That takes seconds, and what begins as PCA is worth being seen.
 *
 * @returns the values that the model begins with
 */
async function showStart(
  params: TrainParams,
  source: ImageSource,
  context: TaskContext<TrainEvent>,
): Promise<Record<string, Float32Array>> {
  const { runtime, device } = chooseRuntime(params)
  const trainer = await Trainer.create(runtime, device, params.spec, params.config, source)
  try {
    await start(trainer, params)
    const history = await RunHistory.open(params.run, trainer, trainer.images)
    await history.record(0, (await checkpointOf(trainer)).weights)
    context.emit({ type: 'pictured' })
    return await trainer.values()
  } finally {
    await trainer.dispose()
  }
}

/** What is looked at and measured beside a training. */
interface Beside {
  readonly history: RunHistory
  readonly spectra: SpectraRecorder | null
  readonly measure: (() => Promise<Baselines | null>) | null
}

async function runTraining(
  trainer: Trainer,
  { run, findings = [] }: TrainParams,
  context: TaskContext<TrainEvent>,
  { history, spectra, ...looking }: Beside,
): Promise<TrainingOutcome> {
  let lastSent = 0
  let { measure } = looking
  const health = new HealthWatch(findings.map(({ kind }) => kind))
  const outcome = await trainer.run({
    requested: () => context.requested(),
    progress: (progress) => {
      const now = performance.now()
      if (now - lastSent < progressEveryMs) return
      lastSent = now
      context.emit({ type: 'progress', ...progress })
    },
    epochEnded: async (metrics) => {
      const checkpoint = await checkpointOf(trainer)
      const hasSnapshot = await history.record(metrics.epoch, checkpoint.weights)
      await spectra?.record(metrics.epoch, checkpoint.weights)
      await appendMetrics(run, metrics)
      if (metrics.best) await writeCheckpoint(runFiles.best(run), checkpoint)
      await writeCheckpoint(runFiles.latest(run), checkpoint)
      context.emit({ type: 'epoch', metrics, hasSnapshot })
      // With the first pictures on the screen there is time for what they are compared with.
      if (measure) {
        const baselines = await trainer.beside(measure)
        measure = null
        if (baselines) context.emit({ type: 'baselines', baselines })
      }
      for (const finding of health.hear(metrics, await history.look()))
        context.emit({ type: 'finding', finding })
    },
  })
  await history.finish(trainer.position.epoch)
  await spectra?.finish(trainer.position.epoch)
  if (outcome !== 'done') await writeCheckpoint(runFiles.latest(run), await checkpointOf(trainer))
  return outcome
}

/** Restores what the run or another model left, or leaves the initial values. */
async function start(trainer: Trainer, { run, resume, initialWeights, spec }: TrainParams): Promise<void> {
  const latest = runFiles.latest(run)
  if (resume && existsSync(latest)) {
    const checkpoint = await readCheckpoint(latest, trainingPositionSchema)
    await trainer.restore(valuesOf(trainer, checkpoint, latest), checkpoint.position)
  } else if (initialWeights) {
    // An untied decoder starts at the transposes of a tied one.
    const values = await readInitialParameters({ spec, weights: initialWeights })
    const follows = spec.tying === 'copied' || spec.tying === 'pseudo-inverse'
    await trainer.restore(follows ? { ...values, ...decoderCopies(spec, values) } : values, trainer.position)
  }
  await rewindMetrics(run, trainer.position.epoch)
  await rewindSnapshots(run, trainer.position.epoch)
}

async function checkpointOf(trainer: Trainer): Promise<Checkpoint<Position>> {
  const values = await trainer.values()
  const weights = ownWeights(trainer.spec, explicitWeights(trainer.spec, values))
  const state: StoredWeights = {}
  for (const [name, data] of Object.entries(values)) {
    const slash = name.lastIndexOf('/')
    if (slash >= 0) state[name] = { shape: weights[name.slice(0, slash)]!.shape, data }
  }
  return { weights, state, position: { ...trainer.position } }
}

function valuesOf(
  trainer: Trainer,
  { weights, state }: Checkpoint<Position>,
  file: string,
): Record<string, Float32Array> {
  const slots = Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, data]))
  return { ...parametersFromWeights(trainer.spec, weights, file), ...slots }
}
