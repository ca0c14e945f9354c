import { type Command } from 'commander'
import { type RestoringQuality } from '../../../shared/noise'
import { runtimeNames } from '../../../shared/trainingConfig'
import { type RestoredImage, restoreImages } from '../../features/denoising/damage/restoreImages'
import { type RestoringKind, restoringKinds } from '../../features/denoising/damage/restorePicture'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { type TargetFlags, withModel } from '../modelCommand'
import { choice, examples, integer, nullForAuto } from '../options'
import { modelAndImages, qualityOption, tileOption } from '../restoringOptions'

interface RestoreFlags extends TargetFlags {
  out: string
  kind?: RestoringKind
  mask?: string
  jpegQuality?: number
  tile: number | 'auto'
  quality: RestoringQuality
  overwrite?: boolean
}

/** `hourglass restore [MODEL] IMAGE|FOLDER …` */
export function registerRestore(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .description('Take JPEG artefacts, holes and scratches out of pictures, or enlarge them.')
    .usage('[options] [model] <image...>')
    .argument('<image...>', 'image files or folders; before them a run, a saved model, or a built-in one')
    .requiredOption('--out <folder>', 'where to put the results, under the names that the pictures have')
    .addOption(choice('--kind <name>', 'what is wrong; without it, what is seen', restoringKinds))
    .option(
      '--mask <file>',
      'white where pixels are to be filled: a file, a folder of them, or auto for scratches',
    )
    .option('--jpeg-quality <n>', 'of the JPEG, where it is known', integer({ min: 1, max: 100 }))
    .addOption(tileOption())
    .addOption(qualityOption())
    .option('--overwrite', 'replace files that are there already')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .addHelpText(
      'after',
      examples(
        'hourglass restore small.jpg --out restored',
        'hourglass restore scan.png --mask holes.png --out restored',
        'hourglass restore old --kind scratches --mask auto --out restored',
        'hourglass restore letter.png --kind enlarge --out large',
      ),
    )
    .action(async (given: string[], flags: RestoreFlags) => {
      const { output } = context
      const { model, images } = modelAndImages(given)
      const { overwrite = false, kind = null, mask = null, jpegQuality = null, tile, ...rest } = flags
      const { count, skipped } = await withModel(
        context,
        { label: 'Restoring', unit: 'pictures', tellsWhatIsDone: true },
        (work) =>
          restoreImages(
            { ...rest, model, images, kind, mask, jpegQuality, overwrite, tile: nullForAuto(tile) },
            {
              ...work,
              onImage: (image) => {
                output.line(describe(image))
                output.record({ type: 'image', ...image })
              },
            },
          ),
      )
      output.line(`${formatAmount(count)} ${count === 1 ? 'picture' : 'pictures'} in ${flags.out}.`)
      output.record({ type: 'done', out: flags.out, count, skipped })
    })
}

function describe({ path, kind, because, model, filled, jpegQuality, ms }: RestoredImage): string {
  const found =
    filled !== null
      ? `, ${(100 * filled).toFixed(1)} % of its pixels`
      : jpegQuality !== null
        ? `, quality ${jpegQuality}`
        : ''
  return `${path}: ${kind} (${because})${found}, by ${model} in ${(ms / 1000).toFixed(2)} s`
}
