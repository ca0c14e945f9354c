import type { Command } from 'commander'
import type { Tying } from '../../../shared/modelSpec'
import { type RuntimeName, runtimeNames } from '../../../shared/trainingConfig'
import { type DemoSummary, runDemo } from '../demo/runDemo'
import type { TrainEvent } from '../../features/training/tasks/trainingTasks'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { formatAmount, formatDuration } from '../format'
import { choice, examples, integer, seed as parseSeed } from '../options'
import { taskSequence } from '../taskSequence'
import { trainingReporter } from '../trainingReporter'

interface DemoFlags {
  out: string
  count: number
  epochs: number
  seed: number
  runtime?: RuntimeName
  device?: string
}

export function registerDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('Do the whole job on letters drawn for it: train, restore noisy images, draw, and report.')
    .option('--out <folder>', 'where to put everything: a new or empty folder, or an earlier demo', 'demo')
    .option('--count <n>', 'images to train on', integer({ min: 36, max: 1_000_000 }), 6000)
    .option('--epochs <n>', 'times through them', integer({ min: 1, max: 10_000 }), 30)
    .option('--seed <n>', 'the same seed gives the same demo', parseSeed, 1)
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .addHelpText('after', examples('hourglass demo', 'hourglass demo --out quick --count 1000 --epochs 5'))
    .action(async (flags: DemoFlags) => {
      const startedAt = performance.now()
      const client = createComputeClient()
      const steps = stepReporter(context)
      try {
        const request = { ...flags, program: calledAs() }
        const summary = await runDemo(request, { client, signal: context.signal, ...steps.observe })
        steps.end()
        report(context, summary, performance.now() - startedAt)
      } finally {
        steps.end()
        await client.dispose()
      }
    })
}

/** Progress of one step after the other; with --json a line as each begins, and one an epoch. */
function stepReporter(context: CommandContext) {
  const tasks = taskSequence(context)
  let training: ReturnType<typeof trainingReporter> | null = null
  let current = ''
  const end = () => {
    tasks.end()
    training?.end()
    training = null
  }
  const begin = (step: string) => {
    if (step === current) return
    end()
    current = step
    context.output.record({ type: 'step', step })
  }
  return {
    end,
    observe: {
      onProgress: (label: string, done: number, total: number, unit: string) => {
        begin(label.toLowerCase())
        tasks.show(label, unit, done, total)
      },
      onTraining: (tying: Tying, event: TrainEvent) => {
        begin(`training ${tying}`)
        training ??= trainingReporter(context)
        training.observe.onEvent(event)
      },
    },
  }
}

/** How the person can call the command line: through npm where npm has started it, since there it is on no PATH. */
function calledAs(): string {
  return ['demo', 'hourglass'].includes(process.env.npm_lifecycle_event ?? '')
    ? 'npm run -s hourglass --'
    : 'hourglass'
}

function report({ output }: CommandContext, summary: DemoSummary, elapsedMs: number): void {
  const { tied, untied, pca, trainedValues, samplesPerSecond } = summary
  const saved = Math.round((1 - trainedValues.tied / trainedValues.untied) * 100)
  const lines = [
    '',
    `Done in ${formatDuration(elapsedMs)}. Open ${summary.report} in a browser.`,
    '',
    `  Images of 28 × 28 through ${summary.dimensions} numbers and back, on ${formatAmount(tied.count)} letters it had not seen:`,
    `  PSNR      ${db(tied.noisyPsnr!)} noisy → ${db(tied.psnr)} restored; principal components, as many: ${db(pca.psnr)}`,
    `  Error     ${tied.loss.toPrecision(3)}; principal components: ${pca.loss.toPrecision(3)}`,
    `  Tying     ${formatAmount(trainedValues.tied)} values to train instead of ${formatAmount(trainedValues.untied)}, ${saved} % fewer; untied reached ${db(untied.psnr)}`,
    `  Speed     ${formatAmount(samplesPerSecond)} images a second, ${summary.runtime} on ${summary.device}`,
    '',
    `  ${summary.report}   all pictures on one page`,
    `  ${summary.codes}   the code of each held-out letter`,
    `  ${summary.run}   the run, with its model in ${summary.run}/model`,
  ]
  lines.forEach((line) => output.line(line))
  output.record({ type: 'done', ...summary, elapsedMs })
}

const db = (value: number) => `${value.toFixed(1)} dB`
