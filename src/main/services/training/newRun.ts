import type { ParsedParams } from '../../../shared/api/commands'
import type { RunInfo, Waiting } from '../../../shared/run'
import { nameOfRun } from '../../../shared/runNames'
import { readDatasetInfo } from '../../store/datasetStore'
import { openModel } from '../../store/modelStore'
import type { ComputeTarget } from '../../worker/protocol'
import { createdRun } from './createdRun'
import { planRun } from './runPlan'

export interface NewRunSubject {
  /** Path of the dataset's folder. */
  readonly folder: string
  /** Its name while it is being imported; null when it is whole. */
  readonly importing: string | null
  /** Folder of a model to start from. */
  readonly from: string | undefined
  readonly target: ComputeTarget
}

/** What a window asks for as a run that waits, and its name. @throws ExpectedError for what can never be trained */
export async function newRun(
  params: ParsedParams<'training.start'>,
  { folder, importing, from, target }: NewRunSubject,
): Promise<{ info: (place: number) => RunInfo; name: string }> {
  const { spec, preset } = params
  const dataset = importing === null ? await readDatasetInfo(folder) : null
  const initial = from === undefined ? null : (await openModel(from)).files
  const model = initial
    ? { initialSpec: initial.spec, tying: spec.tying, seed: spec.seed }
    : { spec, fromPreset: preset }
  // Images that are still being imported are taken at their word, and looked at when it is the run's turn.
  const images = dataset ?? { ...(initial?.spec ?? spec).input, name: importing! }
  const plan = await planRun(images, model, params.config)
  const created = createdRun(plan, {
    dataset: folder,
    images: dataset?.count ?? 0,
    initialWeights: initial && initial.weights,
    target,
    owner: null,
  })
  const { runtime, device } = params
  const waiting: Omit<Waiting, 'place'> = {
    before: 'created',
    epochs: null,
    target: runtime ? { runtime, device } : null,
  }
  return {
    info: (place) => ({ ...created, state: 'waiting', waiting: { ...waiting, place } }),
    name: params.name ?? nameOfRun(images.name, plan.spec),
  }
}
