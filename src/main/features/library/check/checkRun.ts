import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { revisionOf } from '../../../../shared/dataset'
import { type EpochMetrics, epochMetricsSchema, type RunInfo } from '../../../../shared/run'
import { writeFileAtomic } from '../../../store/atomicWrite'
import { readDatasetInfo } from '../../../store/datasetStore'
import { isAlive } from '../../../store/processIdentity'
import { readRunInfo, runFiles, writeRunInfo } from '../../../store/runStore'
import { readSafetensors } from '../../../store/safetensors'
import { checkModel } from './checkModel'
import { damaged, type Finding, putAside } from './finding'

/** Reads run.json, every line of metrics.jsonl, and the heads of checkpoints and pictures. */
export async function checkRun(folder: string): Promise<Finding[]> {
  let info: RunInfo
  try {
    info = await readRunInfo(folder)
  } catch (error) {
    return [damaged(runFiles.info(folder), error), ...(await checkWeights(folder))]
  }
  return [
    ...checkState(folder, info),
    ...(await checkMetrics(folder, isTrained(info))),
    ...(await checkWeights(folder)),
    ...(await checkHistory(folder)),
    ...(existsSync(runFiles.model(folder)) ? await checkModel(runFiles.model(folder)) : []),
    ...(await checkItsDataset(info)),
  ]
}

const isTrained = ({ owner }: RunInfo) => owner !== null && isAlive(owner)

function checkState(folder: string, info: RunInfo): Finding[] {
  const isUnderWay = info.state === 'training' || info.state === 'created'
  if (!isUnderWay || isTrained(info)) return []
  return [
    {
      path: runFiles.info(folder),
      level: 'damaged',
      problem: 'It counts as training, and no process trains it.',
      repair: async () => {
        const error =
          'The training was cut off, by a crash or a power failure. Resume it: nothing that was saved is lost.'
        await writeRunInfo(folder, { ...info, state: 'interrupted', error, owner: null })
        return 'It counts as interrupted now and can be resumed.'
      },
    },
  ]
}

/** While it trains, its last line may be on its way. */
async function checkMetrics(folder: string, isTraining: boolean): Promise<Finding[]> {
  const path = runFiles.metrics(folder)
  if (!existsSync(path)) return []
  const text = await readFile(path, 'utf8').catch((error: unknown) => error as Error)
  if (text instanceof Error) return [await unreadableMetrics(path, text)]
  const lines = text.split('\n')
  // Cut off by a crash: the next epoch is written after the run has been taken back to its checkpoint.
  lines.pop()
  const epochs = lines.map(parseEpoch)
  const found = epochs.filter((epoch) => epoch !== null)
  const lost = epochs.length - found.length
  const kept = [...new Map(found.map((epoch) => [epoch.epoch, epoch])).values()].sort(
    (a, b) => a.epoch - b.epoch,
  )
  const doubled = found.length - kept.length
  if (isTraining || lost + doubled === 0) return []
  const what = [
    lost > 0 && (lost === 1 ? 'one line cannot be read' : `${lost} lines cannot be read`),
    doubled > 0 && (doubled === 1 ? 'one epoch is there twice' : `${doubled} epochs are there twice`),
  ].filter(Boolean)
  return [
    {
      path,
      level: 'damaged',
      problem: `Of ${lines.length} lines of metrics.jsonl, ${what.join(' and ')}.`,
      repair: async () => {
        const aside = await putAside(path)
        await writeFileAtomic(path, kept.map((epoch) => `${JSON.stringify(epoch)}\n`).join(''))
        return `${kept.length} epochs are kept. The file as it was is ${aside}.`
      },
    },
  ]
}

async function unreadableMetrics(path: string, error: Error): Promise<Finding> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (!isFolder) return damaged(path, error)
  return {
    path,
    level: 'damaged',
    problem: 'metrics.jsonl is a folder, and a file was expected.',
    repair: async () =>
      `It is put aside as ${await putAside(path)}. Resume the run: its checkpoints are kept.`,
  }
}

async function checkWeights(folder: string): Promise<Finding[]> {
  const findings: Finding[] = []
  const consequences = [
    [
      runFiles.best(folder),
      'Its best model is lost. Restore the file from a backup, or resume the run: the next best epoch takes its place.',
    ],
    [
      runFiles.latest(folder),
      'The run cannot be resumed. Restore the file from a backup, or start a new run from its model.',
    ],
  ] as const
  for (const [path, consequence] of consequences) {
    const error = existsSync(path) ? await headError(path) : null
    if (error) findings.push({ path, level: 'damaged', problem: `${error.message} ${consequence}` })
  }
  return findings
}

/** Pictures of epochs are made for the eye only: a run without them is whole. */
async function checkHistory(folder: string): Promise<Finding[]> {
  const history = runFiles.history(folder)
  const names = await readdir(history).catch(() => [])
  const findings: Finding[] = []
  for (const name of names.filter((one) => one.endsWith('.safetensors'))) {
    const path = join(history, name)
    const error = await headError(path)
    if (!error) continue
    findings.push({
      path,
      level: 'damaged',
      problem: `${error.message} The run lacks the pictures of an epoch.`,
      repair: async () => `It is put aside as ${await putAside(path)}.`,
    })
  }
  return findings
}

async function checkItsDataset({ dataset, datasetRevision, state }: RunInfo): Promise<Finding[]> {
  const note = (problem: string): Finding[] => [{ path: dataset, level: 'note', problem }]
  if (state === 'waiting') return []
  try {
    const info = await readDatasetInfo(dataset)
    if (datasetRevision === null || datasetRevision === revisionOf(info)) return []
    return note(
      'Its dataset has been imported again since, with other images: it cannot be resumed. Its model can be used.',
    )
  } catch {
    return note('Its dataset is not there any more: it cannot be resumed. Its model can be used.')
  }
}

/** What is wrong with the head of a file of tensors, or with its length; null for a sound one. */
export async function headError(path: string): Promise<Error | null> {
  return readSafetensors(path, () => false).then(
    () => null,
    (error: unknown) => error as Error,
  )
}

function parseEpoch(line: string): EpochMetrics | null {
  try {
    const parsed = epochMetricsSchema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null // Counted as lost.
  }
}
