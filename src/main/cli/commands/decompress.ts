import type { Command } from 'commander'
import { decompressFile } from '../../features/compression/decompressFile'
import { type RuntimeName, runtimeNames } from '../../../shared/trainingConfig'
import type { CommandContext } from '../context'
import { counted } from '../format'
import { withModel } from '../modelCommand'
import { choice, examples } from '../options'

interface DecompressFlags {
  out: string
  model?: string
  image?: string[]
  overwrite?: boolean
  runtime?: RuntimeName
  device?: string
}

export function registerDecompress(program: Command, context: CommandContext): void {
  program
    .command('decompress')
    .description('Draw the images of a compressed file, a PNG of each, in the folders that they came from.')
    .argument('<file>', 'FILE.hgz, as compress writes it')
    .requiredOption('--out <folder>', 'where to put the images')
    .option('--model <run|model>', 'the model, where the file does not hold it')
    .option('--image <path...>', 'only these images, by their paths in the file')
    .option('--overwrite', 'replace images that are there already')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .addHelpText(
      'after',
      examples(
        'hourglass decompress digits.hgz --out digits',
        'hourglass decompress digits.hgz --out digits --image 3/28.png',
      ),
    )
    .action(async (file: string, { model, image = [], overwrite = false, ...flags }: DecompressFlags) => {
      const request = { file, model: model ?? null, only: image, overwrite, ...flags }
      const { out, count } = await withModel(context, { label: 'Decompressing', unit: 'images' }, (work) =>
        decompressFile(request, work),
      )
      context.output.line(`${counted(count, 'image')} in ${out}.`)
      context.output.record({ type: 'done', out, count })
    })
}
