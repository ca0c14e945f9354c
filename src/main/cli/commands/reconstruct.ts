import type { Command } from 'commander'
import { join } from 'node:path'
import type { NoiseSpec } from '../../../shared/noise'
import { reconstructImages } from '../../features/models/reconstructImages'
import { type ImageFormat, imageFormats } from '../../features/models/writeImages'
import type { CommandContext } from '../context'
import { counted } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { choice, examples, noise as parseNoise, seed as parseSeed } from '../options'

interface ReconstructFlags extends TargetFlags {
  out: string
  noise?: NoiseSpec
  seed: number
  format: ImageFormat
  overwrite?: boolean
}

export function registerReconstruct(program: Command, context: CommandContext): void {
  modelCommand(program, 'reconstruct')
    .description(
      'Run images through a model: a picture of each, and one picture that compares the first ones.',
    )
    .argument('<image...>', 'image files; folders and a dataset too')
    .requiredOption('--out <folder>', 'where to put the pictures')
    .option('--noise <kind:strength>', 'corrupt the input, for example gaussian:25', parseNoise)
    .option('--seed <n>', 'the same seed draws the same noise', parseSeed, 0)
    .addOption(
      choice(
        '--format <name>',
        'PNG of 8 bits or of 16, or the very values of the network, as NumPy has them',
        imageFormats,
      ).default('png'),
    )
    .option('--overwrite', 'replace pictures that are there already')
    .addHelpText(
      'after',
      examples('hourglass reconstruct run a.png b.png --out pictures --noise gaussian:25'),
    )
    .action(async (model: string, images: string[], flags: ReconstructFlags) => {
      const { noise = null, overwrite = false, ...rest } = flags
      const request = { model, images, noise, overwrite, ...rest }
      const summary = await withModel(context, { label: 'Reconstructing', unit: 'images' }, (work) =>
        reconstructImages(request, work),
      )
      const { output } = context
      const { out, comparison, skipped } = summary
      for (const { path, file } of summary.images)
        output.record({ type: 'image', path, file: join(out, file) })
      output.line(
        `${counted(summary.images.length, 'image')} in ${out}, compared in ${join(out, comparison)}.`,
      )
      const count = summary.images.length
      output.record({ type: 'done', out, count, comparison: join(out, comparison), skipped })
    })
}
