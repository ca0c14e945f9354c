import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import type { NoiseSpec } from '../../../../shared/noise'
import type { RestoringModel } from '../../../features/denoising/tasks/denoisingTasks'
import {
  type LevelSample,
  type MeasuredSample,
  trainLevels as train,
} from '../../../engine/denoising/realNoise/trainLevels'
import { writeFileAtomic } from '../../../store/atomicWrite'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import type { LevelNetwork } from '../../../engine/denoising/realNoise/levelEstimate'
import type { ComputeTarget, ProgressEvent } from '../../../worker/protocol'
import { measuredSample, plainSample, type Tiles } from './noiseSamples'

/** The network that estimates levels of noise, for a model of white noise. */
interface TrainLevels {
  params: ComputeTarget &
    Tiles & {
      readonly model: RestoringModel
      readonly trained: NoiseSpec
      readonly counts: { readonly measured: number; readonly plain: number }
      /** Files that samples are kept in, one a line, so that a training goes on where it was stopped. */
      readonly files: { readonly measured: string; readonly plain: string }
    }
  result: { network: LevelNetwork }
  event: ProgressEvent
}

/** Pictures of plain samples are others than those of measured ones. */
const firstPlain = 1_000_000

export async function trainLevels(
  { tiles, side, model, trained, counts, files, ...target }: TrainLevels['params'],
  context: TaskContext<TrainLevels['event']>,
): Promise<TrainLevels['result']> {
  const onProgress = (done: number, total: number) => {
    throwIfEnding(context as TaskContext<never>)
    context.emit({ type: 'progress', done, total })
  }
  const from = { tiles, side }
  const measured = await samplesOf<MeasuredSample>(files.measured, counts.measured, onProgress, (index) =>
    measuredSample(from, index, { model, trained, target }),
  )
  const plain = await samplesOf<LevelSample>(files.plain, counts.plain, onProgress, (index) =>
    plainSample(from, firstPlain + index),
  )
  const { runtime, device } = chooseRuntime(target)
  return { network: await train(runtime, device, { measured, plain }, onProgress) }
}

/** Reads samples that are there and makes those that are missing. A line that was cut off when it was written is made again. */
async function samplesOf<Sample>(
  file: string,
  count: number,
  onProgress: (done: number, total: number) => void,
  make: (index: number) => Sample | null | Promise<Sample | null>,
): Promise<Sample[]> {
  const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : ['']
  if (lines.pop() !== '') await writeFileAtomic(file, lines.map((line) => `${line}\n`).join(''))
  for (let index = lines.length; index < count; index++) {
    const line = JSON.stringify(await make(index))
    await appendFile(file, `${line}\n`)
    lines.push(line)
    onProgress(index + 1, count)
  }
  return lines.slice(0, count).flatMap((line) => (JSON.parse(line) as Sample | null) ?? [])
}
