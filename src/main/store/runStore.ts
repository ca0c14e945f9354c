import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { ExpectedError } from '../../shared/errors'
import { type EpochMetrics, epochMetricsSchema, type RunInfo, runInfoSchema } from '../../shared/run'
import { writeFileAtomic } from './atomicWrite'
import { explainFileError, fileErrorCode } from './fileErrors'
import { parseJson, parseRecord } from './parseRecord'
import { sentence } from '../../shared/texts/sentence'

const linesInARow = 500
const advice = sentence('store.checkSaysMore')

/** Files of a run's folder. */
export const runFiles = {
  info: (run: string) => join(run, 'run.json'),
  metrics: (run: string) => join(run, 'metrics.jsonl'),
  checkpoints: (run: string) => join(run, 'checkpoints'),
  latest: (run: string) => join(run, 'checkpoints', 'latest.safetensors'),
  best: (run: string) => join(run, 'checkpoints', 'best.safetensors'),
  history: (run: string) => join(run, 'history'),
  model: (run: string) => join(run, 'model'),
  spectra: (run: string) => join(run, 'spectra.jsonl'),
} as const

export async function writeRunInfo(run: string, info: RunInfo): Promise<void> {
  const updated = { ...info, updatedAt: new Date().toISOString() }
  await writeFileAtomic(runFiles.info(run), `${JSON.stringify(updated, null, 2)}\n`)
}

/** @throws ExpectedError `not-found` where there is no run, `bad-input` where run.json is not ours */
export async function readRunInfo(run: string): Promise<RunInfo> {
  const path = runFiles.info(run)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (fileErrorCode(error) !== 'ENOENT') throw explainFileError(error, path)
    throw new ExpectedError('not-found', sentence('training.noRunThere', { run }))
  })
  return parseRecord(runInfoSchema, text, path, advice)
}

/** Appends one epoch, synced: it is on disk before the checkpoint that follows it. */
export async function appendMetrics(run: string, metrics: EpochMetrics): Promise<void> {
  const path = runFiles.metrics(run)
  try {
    const file = await open(path, 'a')
    try {
      await file.appendFile(`${JSON.stringify(metrics)}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw explainFileError(error, path)
  }
}

/** Epochs in order. A line cut off by a crash is left out. */
export async function readMetrics(run: string): Promise<EpochMetrics[]> {
  const text = await readFile(runFiles.metrics(run), 'utf8').catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return ''
    throw explainFileError(error, runFiles.metrics(run))
  })
  const epochs: EpochMetrics[] = []
  for (const [i, line] of text.split('\n').entries()) {
    // Thousands of epochs take a while; whoever else has something to do gets a turn.
    if (i % linesInARow === linesInARow - 1) await setImmediate()
    const parsed = epochMetricsSchema.safeParse(parseJson(line))
    if (parsed.success) epochs.push(parsed.data)
  }
  return epochs
}

/** Forgets epochs after `epoch`, which a checkpoint older than the last line makes again. */
export async function rewindMetrics(run: string, epoch: number): Promise<void> {
  const kept = (await readMetrics(run)).filter((metrics) => metrics.epoch <= epoch)
  await writeFileAtomic(runFiles.metrics(run), kept.map((metrics) => `${JSON.stringify(metrics)}\n`).join(''))
}
