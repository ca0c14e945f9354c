import type { Command } from 'commander'
import { dirname, join } from 'node:path'
import { encodeImages } from '../../features/models/encodeImages'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { examples } from '../options'

interface EncodeFlags extends TargetFlags {
  out: string
  overwrite?: boolean
}

export function registerEncode(program: Command, context: CommandContext): void {
  modelCommand(program, 'encode')
    .description('Write the latent codes of images.')
    .argument('<images...>', 'a dataset, or folders and files of images')
    .requiredOption(
      '--out <file>',
      'FILE.csv (path,label,z0,z1,…) or FILE.npy (float32, images × dimensions; paths and labels in FILE.items.csv)',
    )
    .option('--overwrite', 'replace the file when it is there already')
    .addHelpText('after', examples('hourglass encode run letters.dataset --out codes.csv'))
    .action(async (model: string, images: string[], { overwrite = false, ...flags }: EncodeFlags) => {
      const summary = await withModel(context, { label: 'Encoding', unit: 'images' }, (work) =>
        encodeImages({ model, images, overwrite, ...flags }, work),
      )
      const { count, dimensions, skipped } = summary
      const files = summary.files.map((name) => join(dirname(flags.out), name))
      context.output.line(
        `${formatAmount(count)} codes of ${formatAmount(dimensions)} numbers in ${files.join(', named in ')}.`,
      )
      context.output.record({ type: 'done', out: flags.out, count, dimensions, files, skipped })
    })
}
