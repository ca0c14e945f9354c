import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { JobProgress } from '../../base/jobService'
import { runScriptInNode } from '../../base/scriptRunner'
import { packageIndexOr, setUpTensorflow } from '../../features/devices/setupTensorflow'
import { chosenPackageIndex } from '../../base/settingsService'
import { appFolders, tensorflowIn } from '../../store/appFolders'
import type { CommandContext } from '../context'
import { choice, examples } from '../options'
import type { Progress, ProgressTask } from '../progress'

interface SetupOptions {
  readonly variant: 'auto' | 'cpu' | 'cuda'
  readonly index?: string
  readonly forBuilding?: string
}

const labels: Readonly<Record<string, string>> = {
  downloading: 'Downloading TensorFlow',
  unpacking: 'Unpacking TensorFlow',
}

export function registerSetupTensorflow(program: Command, context: CommandContext): void {
  program
    .command('setup-tensorflow')
    .description(
      'Download the libraries of TensorFlow, with those of CUDA where there is an NVIDIA card, without Python. For Linux.',
    )
    .addOption(
      choice('--variant <name>', 'whether to bring CUDA; auto: where an NVIDIA driver is at work', [
        'auto',
        'cpu',
        'cuda',
      ]).default('auto'),
    )
    .option(
      '--index <address>',
      "a mirror of the Python package index's JSON API, such as https://pypi.org/pypi",
    )
    .option(
      '--for-building <folder>',
      'put libraries and headers into this folder, to build the addon with them',
    )
    .addHelpText(
      'after',
      `\nWhat was downloaded is kept when it breaks off: the same command resumes it.\n${examples(
        'hourglass setup-tensorflow',
        'hourglass setup-tensorflow --variant cpu',
      )}`,
    )
    .action((options: SetupOptions) => setUp(options, context))
}

async function setUp(
  { variant, index, forBuilding }: SetupOptions,
  { output, progress, signal }: CommandContext,
): Promise<void> {
  const folders = appFolders()
  const own = tensorflowIn(folders)
  const library = forBuilding === undefined ? own.library : resolve(forBuilding)
  const shown = new ShownPhase(progress)
  try {
    const probed = await setUpTensorflow({
      home: own.home,
      library,
      signal,
      fetch,
      runScript: runScriptInNode,
      index: index ?? packageIndexOr(await chosenPackageIndex(folders.settings)),
      forBuilding: forBuilding !== undefined,
      ...(variant !== 'auto' && { variant }),
      onProgress: (state) => shown.update(state),
    })
    shown.end()
    output.line(
      probed
        ? `TensorFlow ${probed.version} loads and computes on the ${probed.gpu ? 'GPU' : 'processor'}.`
        : `The libraries and headers of TensorFlow are in ${library}.`,
    )
    output.record({ type: 'done', library, ...probed })
  } finally {
    shown.end()
  }
}

/** A bar for each phase that has an amount, in megabytes. */
class ShownPhase {
  private phase: string | null = null
  private task: ProgressTask | null = null

  constructor(private readonly progress: Progress) {}

  update({ phase = '', done, total }: JobProgress): void {
    if (phase !== this.phase) this.end()
    this.phase = phase
    const label = labels[phase]
    if (label === undefined) return
    this.task ??= this.progress.start(label, inMegabytes(total), 'MB')
    this.task.update(inMegabytes(done))
  }

  end(): void {
    this.task?.end()
    this.task = null
  }
}

const inMegabytes = (bytes: number) => Math.round(bytes / 1e6)
