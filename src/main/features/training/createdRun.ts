import { resolve } from 'node:path'
import type { RunInfo } from '../../../shared/run'
import type { ComputeTarget } from '../../worker/protocol'
import type { RunPlan } from './runPlan'
import { versions } from './runRecord'

export interface RunSubject {
  /** Path of the dataset's folder, and how many images it has; 0 while they are being imported. */
  readonly dataset: string
  readonly images: number
  readonly datasetRevision: string | null
  /** Path of the weights that it starts from; null where it starts from chance. */
  readonly initialWeights: string | null
  readonly target: ComputeTarget
  readonly owner: RunInfo['owner']
  readonly experiment?: RunInfo['experiment']
}

/** What run.json says of a new run before it trains. */
export function createdRun({ spec, config, preset, notes }: RunPlan, subject: RunSubject): RunInfo {
  const { dataset, images, datasetRevision, initialWeights, target, owner, experiment = null } = subject
  const now = new Date().toISOString()
  return {
    version: 1,
    state: 'created',
    createdAt: now,
    updatedAt: now,
    dataset: resolve(dataset),
    images,
    datasetRevision,
    spec,
    config,
    preset,
    initialWeights: initialWeights && resolve(initialWeights),
    runtime: target.runtime ?? 'onnx',
    device: target.device ?? 'cpu',
    versions: versions(),
    notes: [...notes],
    error: null,
    baselines: null,
    findings: [],
    waiting: null,
    experiment,
    owner,
  }
}
