import type { RunSummary } from '../../../shared/api/library'
import { describeOutcome, judge } from '../../../shared/verdict'
import type { RunLogEntry } from '../../store/runLog'
import type { ScheduleConfig } from '../../../shared/trainingConfig'
import type { TrainEvent } from './tasks/trainingTasks'

/** What is worth a line in a run's log: its beginning, every tenth of the way, and a learning rate that was lowered. */
export class Milestones {
  private learningRate: number | null = null
  private tenth = 0

  /** @param schedule of the learning rate: a cosine lowers it all the time, which is worth no line */
  constructor(
    private readonly schedule: ScheduleConfig['name'],
    private readonly say: (level: RunLogEntry['level'], text: string) => void,
  ) {}

  hear(event: TrainEvent): void {
    if (event.type === 'started') {
      const { finishedEpochs, epochs, device, version, images } = event
      const runtime = event.runtime === 'tensorflow' ? 'TensorFlow' : 'ONNX Runtime'
      const on = `of ${images} images, with ${runtime} ${version} on ${device}`
      this.tenth = Math.floor((10 * finishedEpochs) / epochs)
      if (finishedEpochs === 0) this.say('info', `Training ${epochs} epochs ${on}.`)
      else this.say('info', `Going on after epoch ${finishedEpochs} of ${epochs} ${on}.`)
    }
    if (event.type !== 'epoch') return
    const { epoch, epochs, psnr, valLoss, trainLoss, learningRate } = event.metrics
    const lowered =
      this.schedule === 'plateau' && this.learningRate !== null && learningRate < this.learningRate
    if (lowered) this.say('info', `Epoch ${epoch}: the learning rate was lowered to ${short(learningRate)}.`)
    this.learningRate = learningRate
    const tenth = Math.floor((10 * epoch) / epochs)
    if (tenth <= this.tenth) return
    this.tenth = tenth
    const quality = psnr === null ? '' : `, PSNR ${psnr.toFixed(1)} dB`
    this.say('info', `Epoch ${epoch} of ${epochs}: loss ${short(valLoss ?? trainLoss)}${quality}.`)
  }
}

/** The last line of a run that is done. */
export function lineOfEnd(run: RunSummary | undefined): Pick<RunLogEntry, 'level' | 'text'> {
  const outcome = run && describeOutcome(run)
  const verdict = run ? judge(run).verdict : 'unknown'
  const level = verdict === 'useless' ? 'error' : verdict === 'below-pca' ? 'warning' : 'info'
  return { level, text: `Done. The best epoch is kept as the model.${outcome ? ` ${outcome}` : ''}` }
}

const short = (value: number) => Number(value.toPrecision(3)).toString()
