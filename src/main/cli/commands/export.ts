import type { Command } from 'commander'
import {
  type ExportFormat,
  exportFormats,
  type ModelPart,
  modelParts,
  type PixelKind,
  pixelKinds,
  type Precision,
  precisions,
} from '../../../shared/exporting'
import { exportTrainedModel } from '../../services/exports/exportModel'
import { appVersion } from '../../builtFiles'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { choice, examples } from '../options'

interface ExportFlags {
  out: string
  format: ExportFormat
  part: ModelPart
  pixels: PixelKind
  precision: Precision
  keepTied?: boolean
  overwrite?: boolean
}

export function registerExport(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description('Write a model for other programs, with a README and code that runs it.')
    .argument('<run|model>', 'the folder of a run, of which the best checkpoint counts, or of a saved model')
    .requiredOption('--out <folder>', 'where to put the files')
    .addOption(choice('--format <name>', 'what reads it', exportFormats).default('onnx'))
    .addOption(choice('--part <name>', 'all of it, or one half', modelParts).default('full'))
    .addOption(choice('--pixels <kind>', 'what goes in and out', pixelKinds).default('float'))
    .addOption(choice('--precision <name>', 'how weights are stored', precisions).default('float32'))
    .option(
      '--keep-tied',
      'for keras: the decoder reads the encoder’s weights, so that training keeps them tied',
    )
    .option('--overwrite', 'replace files that are there already')
    .addHelpText(
      'after',
      examples(
        'hourglass export run --out exported',
        'hourglass export run --format savedmodel --out tf',
        'hourglass export run --format onnx --part encoder --out encoder',
        'hourglass export run --format keras --keep-tied --out keras',
      ),
    )
    .action(async (model: string, { overwrite = false, keepTied = false, ...flags }: ExportFlags) => {
      const client = createComputeClient()
      try {
        const tiedAs = keepTied ? 'shared' : 'transposes'
        const request = { model, overwrite, version: appVersion(), tiedAs, ...flags } as const
        const { files, bytes } = await exportTrainedModel(request, { client })
        context.output.line(`${formatAmount(bytes / 1e6)} MB in ${flags.out}: ${files.join(', ')}`)
        context.output.record({
          type: 'done',
          out: flags.out,
          format: flags.format,
          part: flags.part,
          files,
          bytes,
        })
      } finally {
        await client.dispose()
      }
    })
}
