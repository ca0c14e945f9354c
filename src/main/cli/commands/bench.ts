import { type Command, InvalidArgumentError, Option } from 'commander'
import type { NoiseSpec } from '../../../shared/noise'
import { type RuntimeName, runtimeNames } from '../../../shared/trainingConfig'
import { benchTraining, type Measurement } from '../bench/trainingBench'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { autoOr, choice, decimal, examples, integer, noise } from '../options'
import { benchConv, type ConvBenchFlags } from './benchConv'
import { budgetNames, defaultBudget } from '../../../shared/plan'
import { benchDenoise, type DenoiseBenchFlags } from './benchDenoise'
import { registerDenoiseReal } from './benchDenoiseReal'
import { benchFirstMinute, type FirstMinuteFlags } from './benchFirstMinute'
import { benchImport } from './benchImport'
import { benchTables } from './benchTables'

interface TrainBenchFlags {
  runtime?: RuntimeName
  device?: string
  dims: number[]
  batch: number
  steps?: number
  rounds: number
  turns: number
  noise?: NoiseSpec
  peers?: string
}

export function registerBench(program: Command, context: CommandContext): void {
  const bench = program
    .command('bench')
    .description('Measure the speed of this machine, and of Hourglass on it.')
  bench
    .command('train')
    .description('Training steps a second, feeding included, of a tied dense autoencoder (ReLU, MSE, Adam).')
    .addOption(choice('--runtime <name>', 'one runtime; without it each that is here', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .option('--dims <widths>', 'widths from the input to the code', widths, [784, 196, 81, 49])
    .option('--batch <n>', 'images a step', integer({ min: 1, max: 65_536 }), 128)
    .option('--steps <n>', 'steps a round', integer({ min: 1 }))
    .option('--rounds <n>', 'rounds of which the median counts', integer({ min: 1 }), 3)
    .option('--turns <n>', 'how often each takes its turn', integer({ min: 1 }), 3)
    .option('--noise <kind:strength>', 'corrupt the input as well', noise)
    .option('--peers <python>', 'race PyTorch and TensorFlow in that Python')
    .addHelpText(
      'after',
      examples('hourglass bench train', 'hourglass bench train --dims 3072,1024,256,64 --batch 128'),
    )
    .action((flags: TrainBenchFlags) => runTrainBench(context, flags))
  bench
    .command('conv')
    .description('Patches trained and megapixels restored a second, with a denoiser made of convolutions.')
    .addOption(choice('--runtime <name>', 'one runtime; without it each that is here', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .option('--channels <n>', 'filters of each convolution', integer({ min: 1, max: 2048 }), 32)
    .option('--layers <n>', 'convolutions', integer({ min: 2, max: 64 }), 8)
    .option('--patch <n>', 'side of the patches, even', integer({ min: 2, max: 4096 }), 64)
    .option('--batch <n>', 'patches a step', integer({ min: 1, max: 65_536 }), 16)
    .option('--steps <n>', 'steps a round', integer({ min: 1 }), 10)
    .option('--rounds <n>', 'rounds of which the median counts', integer({ min: 1 }), 3)
    .option('--megapixels <n>', 'size of the image that is restored', decimal({ min: 0.001, max: 100 }), 1)
    .option('--peers <python>', 'race PyTorch in that Python')
    .action((flags: ConvBenchFlags) => benchConv(context, flags))
  bench
    .command('denoise')
    .description('Megapixels denoised a second, beside DnCNN in the same runtime.')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .option('--model <run|model>', 'a denoiser made of convolutions, for grey pictures', 'builtin:grey')
    .option('--megapixels <n>', 'size of the image', decimal({ min: 0.01, max: 100 }), 1)
    .option('--rounds <n>', 'rounds of which the median counts', integer({ min: 1 }), 5)
    .addOption(
      new Option('--tile <side>', 'pixels of the tiles; auto takes what goes into memory')
        .argParser(autoOr(integer({ min: 16 })))
        .default('auto'),
    )
    .action((flags: DenoiseBenchFlags) => benchDenoise(context, flags))
  registerImport(bench, context)
  registerDenoiseReal(bench, context)
  registerFirstMinute(bench, context)
}

function registerImport(bench: Command, context: CommandContext): void {
  bench
    .command('import')
    .description('Images imported a second, against a bare loop of sharp on the same files.')
    .option('--files <folder>', 'a folder of images; without it a sample is drawn')
    .action((flags: { files?: string }) => benchImport(context, flags))
  registerTables(bench, context)
}

function registerTables(bench: Command, context: CommandContext): void {
  bench
    .command('tables')
    .description(
      'How well missing cells of tables are filled in, beside the mean, nearest rows and iterative PCA.',
    )
    .action(() => benchTables(context))
}

function registerFirstMinute(bench: Command, context: CommandContext): void {
  bench
    .command('first-minute')
    .description('What hourglass train makes of folders that nothing was chosen for, beside PCA.')
    .option('--only <names...>', 'some of the folders')
    .option('--seeds <n>', 'trainings of each folder', integer({ min: 1, max: 100 }), 3)
    .addOption(choice('--budget <time>', 'how long each may take', budgetNames).default(defaultBudget))
    .option('--sprites <n>', 'how many sprites are drawn', integer({ min: 1, max: 1_000_000 }), 50_000)
    .option('--pictures <folder>', 'for a picture of each: images over their reconstructions')
    .option('--folders <folder>', 'keeps the images for the next time')
    .addHelpText('after', examples('npm run bench -- first-minute --only photographs one --seeds 1'))
    .action((flags: FirstMinuteFlags) => benchFirstMinute(context, flags))
}

async function runTrainBench(context: CommandContext, flags: TrainBenchFlags): Promise<void> {
  const client = createComputeClient()
  const { signal } = context
  const task = context.progress.start('Measuring', 0, 'turns')
  try {
    const { dims, batch, rounds, turns, device, noise: corruption } = flags
    // About half a second a round on a modest machine, whatever the size.
    const work =
      (batch * dims.slice(1).reduce((sum, units, i) => sum + units * dims[i]!, 0)) / (128 * 173_558)
    const steps = flags.steps ?? Math.max(20, Math.min(400, Math.round(300 / work)))
    const params = { dims, batch, steps, rounds, device, noise: corruption ?? null }
    const ours = (await runtimesToMeasure(client, flags.runtime)).map((runtime) => ({ ...params, runtime }))
    const onTurn = (done: number, total: number) => {
      task.setTotal(total)
      task.update(done)
    }
    const results = await benchTraining({ client, ours, python: flags.peers ?? null, turns, signal, onTurn })
    task.end()
    for (const result of results) report(context, flags, result, results)
  } finally {
    task.end()
    await client.dispose()
  }
}

async function runtimesToMeasure(
  client: ReturnType<typeof createComputeClient>,
  wanted?: RuntimeName,
): Promise<RuntimeName[]> {
  if (wanted) return [wanted]
  const runtimes = await client.call('devices', {})
  return runtimes.flatMap(({ runtime, version }) => (version ? [runtime] : []))
}

function report(
  { output }: CommandContext,
  { dims, batch }: TrainBenchFlags,
  result: Measurement,
  all: Measurement[],
): void {
  const peers = all.filter(({ by }) => by !== 'hourglass')
  const ratios = Object.fromEntries(
    result.by === 'hourglass'
      ? peers.map((peer) => [peer.by, round(result.samplesPerSecond / peer.samplesPerSecond)])
      : [],
  )
  const against = Object.entries(ratios).map(([peer, ratio]) => `, ${ratio} × ${peer}`)
  const name = result.by === 'hourglass' ? `hourglass, ${result.runtime} on ${result.device}` : result.by
  output.line(
    `${name}: ${formatAmount(result.samplesPerSecond)} images/s, ${result.msPerStep.toFixed(3)} ms a step${against.join('')}`,
  )
  output.record({ type: 'bench', what: 'train', dims, batch, ...result, ratios })
}

const round = (ratio: number) => Math.round(ratio * 100) / 100

function widths(text: string): number[] {
  const values = text.split(',').map(Number)
  if (values.length >= 2 && values.every((value) => Number.isInteger(value) && value > 0 && value <= 65_536))
    return values
  throw new InvalidArgumentError('Write widths from the input to the code, such as 784,196,81,49.')
}
