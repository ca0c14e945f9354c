import { existsSync } from 'node:fs'
import type { RunSummary } from '../../../shared/api/library'
import { countTrained, modelSpecSchema } from '../../../shared/modelSpec'
import type { RunInfo } from '../../../shared/run'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import type { About } from '../../store/aboutStore'
import type { MetricsSummary } from '../../store/metricsTail'
import { runFiles } from '../../store/runStore'
import type { LibraryEntry } from '../../base/library'

export interface RunFacts {
  readonly entry: LibraryEntry
  readonly info: RunInfo
  readonly about: About
  readonly metrics: MetricsSummary
  readonly dataset: { readonly id: string | null; readonly name: string }
  readonly asked: RunSummary['asked']
  readonly elsewhere: boolean
}

/** What a list says of a run. */
export function summaryOfRun({
  entry,
  info,
  about,
  metrics,
  dataset,
  asked,
  elsewhere,
}: RunFacts): RunSummary {
  const { state, createdAt, updatedAt, images, spec, preset, runtime, device, waiting } = info
  const config = { ...info.config, epochs: waiting?.epochs ?? info.config.epochs }
  // Why it failed before it was resumed is in its log.
  const error = state === 'waiting' ? null : info.error
  return {
    id: entry.id,
    name: about.name ?? entry.id,
    notes: about.notes,
    external: entry.external,
    experiment: info.experiment,
    state,
    createdAt,
    updatedAt,
    images,
    spec,
    config,
    preset,
    runtime,
    device,
    error,
    asked,
    elsewhere,
    datasetId: dataset.id,
    datasetName: dataset.name,
    parameters: countTrained(spec),
    epochs: metrics.epochs,
    // An epoch's line is written before its checkpoint: until that is there, there is no model to try.
    best: existsSync(runFiles.best(entry.folder)) ? metrics.best : null,
    last: metrics.last,
    baselines: info.baselines,
    findings: info.findings,
  }
}

/** One whose files cannot be read: what is left to do is to remove it. */
export function damagedRun({ id, external }: LibraryEntry, error: string): RunSummary {
  const now = new Date(0).toISOString()
  const nothing = { asked: null, elsewhere: false, datasetId: null, datasetName: '', preset: null } as const
  return {
    id,
    name: id,
    state: 'damaged',
    ...nothing,
    createdAt: now,
    updatedAt: now,
    images: 0,
    spec: modelSpecSchema.parse({
      input: { width: 1, height: 1, channels: 1 },
      encoder: [{ type: 'dense', units: 1 }],
    }),
    config: trainingConfigSchema.parse({}),
    runtime: 'onnx',
    device: 'cpu',
    parameters: 0,
    epochs: 0,
    best: null,
    last: null,
    baselines: null,
    findings: [],
    notes: '',
    error,
    external,
    experiment: null,
  }
}
