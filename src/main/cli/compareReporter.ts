import type { ImportProgress } from '../features/datasets/importDataset'
import type { ExperimentSetup } from '../features/experiments/experimentStore'
import type { ExperimentStep, ExperimentWork } from '../features/experiments/runExperiment'
import type { CommandContext } from './context'
import { formatDuration } from './format'
import type { ProgressTask } from './progress'
import { taskSequence } from './taskSequence'

type Observed = Omit<ExperimentWork, 'client' | 'signal'>

/** Shows an experiment on the terminal: a bar a run, a line after each; with --json an object a run. */
export function compareReporter(context: CommandContext) {
  const { output, progress } = context
  const tasks = taskSequence(context)
  let training: ProgressTask | null = null
  const end = () => {
    tasks.end()
    training?.end()
    training = null
  }
  const labelOf = ({ index, of, variant, seed }: ExperimentStep) =>
    `Run ${index} of ${of}: ${variant}, seed ${seed}`
  const onTraining: Observed['onTraining'] = (step, event) => {
    if (event.type === 'started') {
      end()
      training = progress.start(labelOf(step), event.epochs, 'epochs', event.finishedEpochs)
    }
    if (event.type !== 'epoch') return
    const { epoch, valLoss, trainLoss, psnr } = event.metrics
    training?.update(
      epoch,
      `loss ${(valLoss ?? trainLoss).toPrecision(4)}${psnr === null ? '' : ` · ${psnr.toFixed(2)} dB`}`,
    )
  }
  const observe: Observed = {
    onTraining,
    onImport: ({ done, total }: ImportProgress) => tasks.show('Importing', 'images', done, total),
    onNote: (note) => progress.note(note),
    onTrial: (variant) => {
      end()
      progress.note(`Trying ${variant} for a moment, to see how long it takes.`)
    },
    onPlanned: (setup) => {
      end()
      progress.note(planSentence(setup))
      const { vary, seeds, epochs, budgetMs, variants } = setup
      const { imagesPerEpoch } = variants[0]!.config
      const runs = seeds.length * variants.length
      output.record({ type: 'plan', vary, seeds, epochs, budgetMs, runs, imagesPerEpoch })
    },
    onRun: (step, figures, { ms, leftMs }) => {
      end()
      const left = step.index < step.of && leftMs > 0 ? `; about ${formatDuration(leftMs)} left` : ''
      progress.note(
        `${labelOf(step)}: MSE ${figures.last.mse.toFixed(4)}, ${figures.last.psnr.toFixed(2)} dB, in ${formatDuration(ms)}${left}.`,
      )
      const { last, best, pca } = figures
      output.record({ type: 'run', ...step, ...last, best, pca, ms, timeLeftMs: leftMs })
    },
    onFailed: (step, reason) => {
      end()
      progress.note(`${labelOf(step)} is left out. ${reason}`)
      output.record({ type: 'failed', ...step, reason })
    },
  }
  return { end, observe }
}

function planSentence({ epochs, seeds, variants, budgetMs }: ExperimentSetup): string {
  const runs = seeds.length * variants.length
  const part = variants[0]!.config.imagesPerEpoch
  const within = budgetMs === null ? '' : ` within ${formatDuration(budgetMs)}`
  return `Training ${variants.length} variants with ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} each: ${runs} runs of ${epochs} epochs${part === null ? '' : ` of ${part.toLocaleString('en')} images`}${within}.`
}
