import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMetrics, RunInfo } from '../../../src/shared/run'

export const runFolder = (home: string, id: string) => join(home, 'library', 'runs', id)

/** Changes run.json of a run, as the training process does; the app notices it. */
export async function changeRun(home: string, id: string, changes: Partial<RunInfo>): Promise<void> {
  const file = join(runFolder(home, id), 'run.json')
  const before = JSON.parse(await readFile(file, 'utf8')) as RunInfo
  await writeFile(file, JSON.stringify({ ...before, ...changes }))
}

/** Of the epoch that is kept as the model. */
export async function bestPsnr(home: string, id: string): Promise<number> {
  const text = await readFile(join(runFolder(home, id), 'metrics.jsonl'), 'utf8')
  const epochs = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EpochMetrics)
  return epochs.filter(({ best }) => best).at(-1)!.psnr!
}

export async function configOf(home: string, id: string): Promise<RunInfo> {
  return JSON.parse(await readFile(join(runFolder(home, id), 'run.json'), 'utf8')) as RunInfo
}
