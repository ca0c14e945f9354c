import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type ForeignActivation,
  foreignActivations,
  type ValueRange,
  valueRanges,
} from '../../../shared/importing'
import { appVersion, computeWorkerEntry } from '../../store/builtFiles'
import { nameOfImported, readModel, saveImported } from '../../features/models/importModel'
import { noFence } from '../../base/fence'
import { sharesKernels } from '../../../shared/network'
import type { CommandContext } from '../context'
import { choice, examples } from '../options'

interface ImportFlags {
  out: string
  name?: string
  size?: { width: number; height: number }
  channels: string
  hidden?: ForeignActivation
  code?: ForeignActivation
  output?: ForeignActivation
  range?: ValueRange
  noise?: string
  reference?: string
}

function parseSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? []
  if (!width || !height) throw new InvalidArgumentError('Write it as WIDTHxHEIGHT, for example 28x28.')
  return { width: Number(width), height: Number(height) }
}

export function registerImportModel(program: Command, context: CommandContext): void {
  addOptions(program.command('import-model'))
    .description('Read a model out of a file of Hourglass or of another program.')
    .argument(
      '<file>',
      '.hourglass, .onnx, .keras, .h5, .safetensors, .pth, TensorFlow.js model.json, or a folder that export made',
    )
    .addHelpText(
      'after',
      examples(
        'hourglass import-model model.onnx --out model',
        'hourglass import-model weights.safetensors --hidden relu --output sigmoid --size 28x28 --out model',
      ),
    )
    .action(
      async (
        file: string,
        { out, name, size, channels, hidden, code, output, range, noise, reference }: ImportFlags,
      ) => {
        const input = size ? { ...size, channels: channels === '3' ? (3 as const) : (1 as const) } : null
        const imported = await readModel(
          file,
          { input, hidden: hidden ?? null, code: code ?? null, output: output ?? null, range: range ?? null },
          computeWorkerEntry(),
          noFence,
          reference,
        )
        const called = name ?? nameOfImported(imported, file)
        await saveImported(imported, out, {
          name: called,
          path: file,
          version: appVersion(),
          noise: noise ?? null,
        })
        for (const note of imported.notes) context.output.line(note)
        context.output.line(`${called} is in ${out}.`)
        const { spec, notes, proved = true } = imported
        const tying = spec.network && sharesKernels(spec.network) ? 'tied' : spec.tying
        context.output.record({ type: 'done', out, name: called, tying, proved, spec, notes })
      },
    )
}

function addOptions(command: Command): Command {
  return command
    .requiredOption('--out <folder>', 'where to put the model')
    .option('--name <name>', 'what to call it')
    .option('--size <WxH>', 'of its images, where the file does not say', parseSize)
    .addOption(
      choice('--channels <n>', 'grey or RGB, where the file does not say', ['1', '3'] as const).default('1'),
    )
    .addOption(
      new Option('--hidden <name>', 'activation of hidden layers, for files of weights alone').choices([
        ...foreignActivations,
      ]),
    )
    .addOption(
      new Option('--code <name>', 'activation of the code, if not that of hidden layers').choices([
        ...foreignActivations,
      ]),
    )
    .addOption(
      new Option('--output <name>', 'activation of the output, for files of weights alone').choices([
        ...foreignActivations,
      ]),
    )
    .addOption(new Option('--range <range>', 'of the values of its images').choices([...valueRanges]))
    .option(
      '--reference <file.npz>',
      'images (x) and what the model makes of them in its own program (y), which the import must give',
    )
    .option('--noise <noise>', 'the noise that it learned to remove, for example gaussian:25')
}
