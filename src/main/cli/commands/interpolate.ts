import type { Command } from 'commander'
import { type CodePath, codePaths } from '../../../shared/codePaths'
import { ExpectedError } from '../../../shared/errors'
import { interpolateImages } from '../../features/latent/betweenImages'
import type { CommandContext } from '../context'
import { counted } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { choice, examples, integer } from '../options'

interface InterpolateFlags extends TargetFlags {
  out: string
  overwrite?: boolean
  steps: number
  path: CodePath
}

export function registerInterpolate(program: Command, context: CommandContext): void {
  modelCommand(program, 'interpolate')
    .description('Draw what lies between two images, or in a square between four.')
    .argument('<images...>', 'two image files, or four: the corners of a square, row by row')
    .requiredOption('--out <file>', 'FILE.png: side by side; FILE.gif or FILE.webp: an animation')
    .option('--overwrite', 'replace the file when it is there already')
    .option('--steps <n>', 'images from one end to the other', integer({ min: 2, max: 32 }), 9)
    .addOption(
      choice('--path <name>', 'linear (straight) or spherical interpolation of the codes', codePaths).default(
        'straight',
      ),
    )
    .addHelpText(
      'after',
      examples('hourglass interpolate run letters/A/0001.png letters/B/0001.png --out ab.png'),
    )
    .action(async (model: string, images: string[], { overwrite = false, ...flags }: InterpolateFlags) => {
      if (images.length !== 2 && images.length !== 4)
        throw new ExpectedError('bad-usage', `Name two images or four, not ${images.length}.`)
      const { out, count } = await withModel(context, { label: 'Drawing', unit: 'images' }, (work) =>
        interpolateImages({ model, images, overwrite, ...flags }, work),
      )
      context.output.line(`${counted(count, 'image')} in ${out}.`)
      context.output.record({ type: 'done', out, count })
    })
}
