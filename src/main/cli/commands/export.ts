import type { Command } from 'commander'
import {
  type ExportFormat,
  exportFormats,
  type ModelPart,
  modelParts,
  type PixelKind,
  pixelKinds,
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
    .option('--overwrite', 'replace files that are there already')
    .addHelpText(
      'after',
      examples(
        'hourglass export run --out exported',
        'hourglass export run --format savedmodel --out tf',
        'hourglass export run --format onnx --part encoder --out encoder',
      ),
    )
    .action(async (model: string, { overwrite = false, ...flags }: ExportFlags) => {
      const client = createComputeClient()
      try {
        const request = { model, overwrite, version: appVersion(), ...flags }
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
