import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelSpec } from '../../src/shared/modelSpec'
import type { EpochMetrics, RunInfo } from '../../src/shared/run'
import { readSafetensors } from '../../src/main/store/safetensors'
import { readMetrics, readRunInfo, runFiles } from '../../src/main/store/runStore'
import { withoutTimes } from './training'

/** A spec as `--spec` takes it. */
export async function specFile(
  folder: string,
  spec: Partial<ModelSpec> | string,
  name = 'spec.json',
): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof spec === 'string' ? spec : JSON.stringify(spec))
  return path
}

export interface RunOnDisk {
  readonly state: RunInfo['state']
  readonly error: string | null
  /** As lines of metrics.jsonl, without what depends on the speed of the machine. */
  readonly metrics: readonly Partial<EpochMetrics>[]
  readonly latest: Record<string, unknown>
  readonly best: Record<string, unknown>
}

/** What two runs must have in common, for one to be as good as the other. */
export async function readRun(run: string): Promise<RunOnDisk> {
  const { state, error } = await readRunInfo(run)
  const lines = (await readFile(runFiles.metrics(run), 'utf8')).trimEnd().split('\n')
  const metrics = lines.map((line) => withoutTimes(JSON.parse(line) as EpochMetrics))
  if ((await readMetrics(run)).length !== lines.length) throw new Error('A line of metrics.jsonl is damaged.')
  const tensors = async (path: string) => (await readSafetensors(path)).tensors
  return {
    state,
    error,
    metrics,
    latest: await tensors(runFiles.latest(run)),
    best: await tensors(runFiles.best(run)),
  }
}
