import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { hasCode } from '../../../../shared/modelSpec'
import { NearestVectors } from '../../../engine/anomalies/nearestVectors'
import { shortened } from '../../../engine/anomalies/shortened'
import { AnomalyDetector } from '../../../engine/anomalies/detector'
import { fitDetector } from '../../../engine/anomalies/fitDetector'
import { reconstructAll } from '../../../engine/anomalies/reconstructing'
import type { CompiledProgram } from '../../../engine/runtimes/runtime'
import { inferenceBatch } from '../../../engine/training/evaluation'
import { type Dataset, openDataset } from '../../../store/datasetStore'
import { loadModel } from '../../../worker/loadModel'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'
import { readDetector, writeDetector } from './detectorFile'
import type { AnomalyBatch, FitAnomaliesParams, FittedAnomalies } from './anomalyTasks'
import type { ComputeTarget, ModelFiles, ProgressEvent } from '../../../worker/protocol'

interface Tasks {
  fitAnomalies: {
    params: FitAnomaliesParams
    result: FittedAnomalies
    event: ProgressEvent
  }
  /** All images of a dataset, as `batch` events in order. `own`: it is the one that the detector was fitted on. */
  scoreAnomalies: {
    params: { id: string; dataset: string; own: boolean; maps: boolean }
    result: { count: number }
    event: AnomalyBatch
  }
  /** One image that the detector was not fitted on. @param pixels height × width × channels bytes */
  scoreAnomaly: {
    params: { id: string; pixels: Uint8Array }
    result: { score: number; parts: Readonly<Record<string, number>> }
    event: never
  }
  /** One image, closely. @param pixels height × width × channels bytes */
  viewAnomaly: {
    params: { id: string; pixels: Uint8Array }
    result: {
      output: Float32Array
      /** 0..1, 0.5 being as odd as the threshold. */
      heat: Float32Array
    }
    event: never
  }
  /** The nearest other code of each code. @param codes count × dimensions */
  nearestOfEach: {
    params: ComputeTarget & { codes: Float32Array; dimensions: number }
    /** −1 where there is no other. */
    result: { nearest: Int32Array; distances: Float32Array }
    event: never
  }
  /**
   * Writes what a detector knows, so that it need not be fitted again. `own`: the images that are looked through are those
   * that it was fitted on.
   */
  keepDetector: { params: { id: string; file: string; own: boolean }; result: null; event: never }
  /** Opens what `keepDetector` wrote. Fails with an ExpectedError where the file is missing, damaged or of another model. */
  openDetector: {
    params: ComputeTarget & { id: string; model: ModelFiles; file: string; seed: number }
    result: FittedAnomalies & { readonly own: boolean }
    event: never
  }
  dropAnomalies: { params: { id: string }; result: null; event: never }
}

type Params<T extends keyof Tasks> = Tasks[T]['params']
type Result<T extends keyof Tasks> = Promise<Tasks[T]['result']>
type Context<T extends keyof Tasks> = TaskContext<Tasks[T]['event']>

interface Kept {
  readonly detector: AnomalyDetector
  readonly model: CompiledProgram
}

const onlyCodes = { output: false, codes: true }

const kept = new Map<string, Kept>()

export async function fitAnomalies(
  params: Params<'fitAnomalies'>,
  context: Context<'fitAnomalies'>,
): Result<'fitAnomalies'> {
  await drop(params.id)
  const { runtime, device } = chooseRuntime(params)
  return withDataset(params.dataset, async (dataset) => {
    const { spec } = params.model
    checkDatasetFits(dataset.info, spec.input)
    const model = await loadModel(params.model, null, { runtime: runtime.name, device })
    try {
      const detector = await fitDetector(pixelSourceOf(dataset), {
        spec,
        model,
        runtime,
        device,
        seed: params.seed,
        score: params.score,
        falseAlarms: params.falseAlarms,
        robust: params.robust,
        rows: params.rows,
        heldOut: new Set(params.heldOut),
        onProgress: (done, total) => context.emit({ type: 'progress', done, total }),
        check: () => throwIfEnding(context as TaskContext<never>),
      })
      kept.set(params.id, { detector, model })
      return { threshold: detector.threshold, normalScores: detector.normal }
    } catch (error) {
      await model.dispose()
      throw error
    }
  })
}

export async function keepDetector({ id, file, own }: Params<'keepDetector'>): Result<'keepDetector'> {
  const { detector } = keptAs(id)
  await writeDetector(file, detector.spec, { own, state: detector.state })
  return null
}

export async function openDetector(params: Params<'openDetector'>): Result<'openDetector'> {
  await drop(params.id)
  const { spec } = params.model
  const { own, state } = await readDetector(params.file, spec)
  const { runtime, device } = chooseRuntime(params)
  const model = await loadModel(params.model, null, { runtime: runtime.name, device })
  try {
    const computing = { spec, model, runtime, device, seed: params.seed }
    const detector = await AnomalyDetector.restore(computing, state)
    kept.set(params.id, { detector, model })
    return { threshold: detector.threshold, normalScores: detector.normal, own }
  } catch (error) {
    await model.dispose()
    throw error
  }
}

export async function scoreAnomalies(
  { id, dataset: folder, own, maps }: Params<'scoreAnomalies'>,
  context: Context<'scoreAnomalies'>,
): Result<'scoreAnomalies'> {
  const { detector, model } = keptAs(id)
  return withDataset(folder, async (dataset) => {
    checkDatasetFits(dataset.info, detector.spec.input)
    const { count } = dataset.info
    const batch = inferenceBatch(dataset.rowBytes)
    for (let first = 0; first < count; first += batch) {
      context.waitForClient()
      throwIfEnding(context as TaskContext<never>)
      const some = Math.min(batch, count - first)
      const pixels = new Uint8Array(some * dataset.rowBytes)
      await dataset.readRows(first, some, pixels)
      const rows = own ? Array.from({ length: some }, (_, i) => first + i) : undefined
      const { scores, parts, maps: drawn } = await detector.score(pixels, rows, maps)
      const codes = hasCode(detector.spec)
        ? Float32Array.from((await reconstructAll(model, detector.spec, pixels, onlyCodes)).codes!)
        : new Float32Array(0)
      context.emit({ type: 'batch', first, count: some, scores, parts, maps: drawn, codes })
    }
    return { count }
  })
}

export async function scoreAnomaly({ id, pixels }: Params<'scoreAnomaly'>): Result<'scoreAnomaly'> {
  const { scores, parts } = await keptAs(id).detector.score(pixels)
  const first = Object.fromEntries(Object.entries(parts).map(([name, values]) => [name, values[0]!]))
  return { score: scores[0]!, parts: first }
}

export async function viewAnomaly({ id, pixels }: Params<'viewAnomaly'>): Result<'viewAnomaly'> {
  return keptAs(id).detector.look(pixels)
}

export async function nearestOfEach({
  codes,
  dimensions,
  ...target
}: Params<'nearestOfEach'>): Result<'nearestOfEach'> {
  const { runtime, device } = chooseRuntime(target)
  const [vectors, size] = shortened(codes, dimensions)
  const bank = await NearestVectors.create(runtime, device, vectors, size)
  try {
    const own = Int32Array.from({ length: bank.count }, (_, i) => i)
    const { indices, distances } = await bank.distances(vectors, 1, own)
    return { nearest: indices, distances }
  } finally {
    await bank.dispose()
  }
}

export async function dropAnomalies({ id }: Params<'dropAnomalies'>): Result<'dropAnomalies'> {
  await drop(id)
  return null
}

async function drop(id: string): Promise<void> {
  const old = kept.get(id)
  kept.delete(id)
  await old?.detector.dispose()
  await old?.model.dispose()
}

/** @throws Error for one that was dropped, or that another worker keeps */
export function keptAs(id: string): Kept {
  const found = kept.get(id)
  if (!found) throw new Error(`There is no detector ${id}: fit it first.`)
  return found
}

async function withDataset<R>(folder: string, use: (dataset: Dataset) => Promise<R>): Promise<R> {
  const dataset = await openDataset(folder)
  try {
    return await use(dataset)
  } finally {
    await dataset.close()
  }
}
