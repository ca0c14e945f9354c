import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { ExpectedError } from '../../../shared/errors'
import {
  type ModelPart,
  modelParts,
  type PixelKind,
  pixelKinds,
  type Precision,
  precisions,
} from '../../../shared/exporting'
import { exportFormats } from '../../engine/exporters/formats'
import { exportToFile, formatOfFile } from '../../features/models/exportFile'
import { exportTrainedModel, lossInWords } from '../../features/models/exportModel'
import { exportRecommender } from '../../features/ratings/exportRecommender'
import { exportTable } from '../../features/tables/exportTable'
import { isTableFolder } from '../../features/tables/tableFiles'
import { isRatingsFolder } from '../../store/ratingsFiles'
import { FreeNames } from '../../store/freeNames'
import { appVersion } from '../../store/builtFiles'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { choice, examples } from '../options'

interface ExportFlags {
  out: string
  format: string
  part: ModelPart
  pixels: PixelKind
  precision: Precision
  keepTied?: boolean
  overwrite?: boolean
}

const formatNames = exportFormats.map(({ id }) => id)

export function registerExport(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description('Write a model for other programs, with a README and code that runs it.')
    .argument('<run|model...>', 'folders of runs, of which the best checkpoint counts, or of saved models')
    .requiredOption(
      '--out <folder|file>',
      'where to put the files; a name such as model.onnx is the file itself',
    )
    .addOption(choice('--format <name>', 'what reads it', formatNames).default('onnx'))
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
        'hourglass export run --out model.onnx',
        'hourglass export run --format savedmodel --out tf',
        'hourglass export run --format onnx --part encoder --out encoder',
        'hourglass export run --format keras --keep-tied --out keras',
      ),
    )
    .action(async (models: string[], given: ExportFlags, command: Command) => {
      const isChosen = command.getOptionValueSource('format') !== 'default'
      const { file, format } = await target(models, given, isChosen)
      const { out, overwrite = false, keepTied = false, ...flags } = { ...given, format }
      const client = createComputeClient()
      const tiedAs = keepTied ? 'shared' : 'transposes'
      const version = appVersion()
      const names = FreeNames.none()
      try {
        for (const model of models) {
          // Several go into a folder each, which is called after the model.
          const into = models.length === 1 ? out : join(out, names.take(basename(resolve(model))))
          const request = { model, out: into, overwrite, version, tiedAs, ...flags } as const
          const { files, bytes, loss } = isTableFolder(model)
            ? await exportTable(request, { client })
            : isRatingsFolder(model)
              ? await exportRecommender({ ...request, out: recommenderFolder(into, file) }, { client })
              : await (file ? exportToFile : exportTrainedModel)(request, { client })
          if (loss) context.output.line(`PSNR with ${lossInWords(flags.precision, loss)}.`)
          const folder = file ? dirname(into) : into
          context.output.line(`${formatAmount(bytes / 1e6)} MB in ${folder}: ${files.join(', ')}`)
          const { part } = flags
          context.output.record({ type: 'done', out: into, format, part, files, bytes, loss })
        }
      } finally {
        await client.dispose()
      }
    })
}

function recommenderFolder(out: string, isFile: boolean): string {
  if (!isFile) return out
  throw new ExpectedError('bad-usage', 'A recommender takes more than one file. Name a folder for --out.')
}

/** A folder, or a file whose ending says what it is. @throws ExpectedError `bad-usage` where that is not what was chosen */
async function target(
  models: readonly string[],
  { out, format }: Pick<ExportFlags, 'out' | 'format'>,
  isChosen: boolean,
): Promise<{ file: boolean; format: string }> {
  const told = await formatOfFile(out)
  if (told === null) return { file: false, format }
  if (isChosen && told !== format)
    throw new ExpectedError(
      'bad-usage',
      `${out} is called like a file of the format ${told}, and ${format} was asked for. Name a folder for --out, or choose --format ${told}.`,
    )
  if (models.length > 1)
    throw new ExpectedError('bad-usage', `${out} is one file for several models. Name a folder for --out.`)
  return { file: true, format: told }
}
