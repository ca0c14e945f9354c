import { existsSync } from 'node:fs'
import type { ParsedParams } from '../../../shared/api/commands'
import { revisionOf } from '../../../shared/dataset'
import { layerSizes } from '../../../shared/layerSizes'
import type { ModelSpec } from '../../../shared/modelSpec'
import { pairsNoise } from '../../../shared/noise'
import type { RunInfo, Waiting } from '../../../shared/run'
import { nameOfRun, sayIn } from '../../../shared/runNames'
import { readDatasetInfo } from '../../store/datasetStore'
import { openModel } from '../../store/modelStore'
import type { ComputeTarget } from '../../worker/protocol'
import { createdRun } from './createdRun'
import { startOfPairs } from './planPairs'
import { planRun } from './runPlan'

export interface NewRunSubject {
  /** Path of the dataset's folder. */
  readonly folder: string
  /** Its name while it is being imported; null when it is whole. */
  readonly importing: string | null
  /** Folder of a model to start from. */
  readonly from: string | undefined
  /** The run that it repeats with changes. */
  readonly again: RunInfo | undefined
  /** What computes it where nothing is asked for and no run is repeated. */
  readonly target: ComputeTarget
  readonly experiment: RunInfo['experiment']
}

/** What a window asks for as a run that waits, and its name. @throws ExpectedError for what can never be trained */
export async function newRun(
  params: ParsedParams<'training.start'>,
  { folder, importing, from, again, target, experiment }: NewRunSubject,
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
  const { runtime = again?.runtime, device = again?.device } = params
  const isFresh = !again && !initial && plan.config.noise?.kind === pairsNoise.kind
  const begun = isFresh ? startOfPairs(plan.spec) : undefined
  const kept = again ? keptWeights(again, plan.spec) : { weights: null, notes: [] }
  const builtin = begun === undefined ? null : (await openModel(begun)).files.weights
  const created = createdRun(
    { ...plan, notes: [...plan.notes, ...kept.notes] },
    {
      dataset: folder,
      images: dataset?.count ?? 0,
      datasetRevision: dataset && revisionOf(dataset),
      initialWeights: initial?.weights ?? kept.weights ?? builtin,
      target: runtime ? { runtime, device } : target,
      owner: null,
      experiment,
    },
  )
  const waiting: Omit<Waiting, 'place'> = {
    before: 'created',
    epochs: null,
    target: runtime ? { runtime, device } : null,
  }
  return {
    info: (place) => ({ ...created, state: 'waiting', waiting: { ...waiting, place } }),
    name: params.name ?? nameOfRun(images.name, plan.spec, sayIn(params.language ?? 'en')),
  }
}

/** The weights that a run started from, as far as one with changes can start from them too. */
function keptWeights(
  { initialWeights, spec }: RunInfo,
  changed: ModelSpec,
): { readonly weights: string | null; readonly notes: readonly string[] } {
  if (initialWeights === null) return { weights: null, notes: [] }
  const lost = (why: string) => ({
    weights: null,
    notes: [`It starts from new random weights: those that the run before it started from ${why}.`],
  })
  if (layerSizes(changed).join() !== layerSizes(spec).join()) return lost('do not fit its layers')
  return existsSync(initialWeights) ? { weights: initialWeights, notes: [] } : lost('have been deleted')
}
