import { type Command, Option } from 'commander'
import { pairsNoise, type RestoringQuality } from '../../../shared/noise'
import type { PictureRange } from '../../../shared/pictureRange'
import { runtimeNames } from '../../../shared/trainingConfig'
import { type DenoisedImage, denoiseImages } from '../../features/denoising/denoiseImages'
import { SavedResults } from '../../features/denoising/savedResults'
import { appFolders } from '../../store/appFolders'
import type { CommandContext } from '../context'
import { describeScale, formatAmount } from '../format'
import { type TargetFlags, withModel } from '../modelCommand'
import { autoOr, choice, decimal, examples, nullForAuto, pictureRange } from '../options'
import { modelAndImages, qualityOption, tileOption } from '../restoringOptions'

interface DenoiseFlags extends TargetFlags {
  out: string
  sigma: number | 'auto'
  strength: number
  colour: number
  detail: number
  tile: number | 'auto'
  range: PictureRange
  quality: RestoringQuality
  overwrite?: boolean
}

const strongest = 2

export function registerDenoise(program: Command, context: CommandContext): void {
  addOptions(program.command('denoise'))
    .description('Take the noise out of pictures of any size; format, depth and metadata stay.')
    .usage('[options] [model] <image...>')
    .argument(
      '<image...>',
      'image files or folders; before them a run, a saved model, builtin:grey or builtin:color',
    )
    .addHelpText(
      'after',
      examples(
        'hourglass denoise photo.jpg --out clean',
        'hourglass denoise holiday --out clean --strength 0.7',
        'hourglass denoise run scans --out clean --sigma 25',
        'hourglass denoise portrait.jpg --out clean --quality best',
        'hourglass denoise night.png --out clean --colour 0.8 --detail 0.2 --json',
      ),
    )
    .action(
      async (given: string[], { overwrite = false, colour: color, sigma, tile, ...flags }: DenoiseFlags) => {
        const { output, progress } = context
        const { model, images } = modelAndImages(given)
        const summary = await withModel(
          context,
          { label: 'Denoising', unit: 'megapixels', tellsWhatIsDone: true },
          (work) =>
            denoiseImages(
              {
                ...flags,
                color,
                model,
                images,
                overwrite,
                sigma: nullForAuto(sigma),
                tile: nullForAuto(tile),
              },
              {
                ...work,
                results: resultsNotedBy(progress),
                onNote: (sentence) => progress.note(sentence),
                onImage: (image) => {
                  output.line(describe(image))
                  output.record({ type: 'image', ...image })
                },
              },
            ),
        )
        const { count, done, skipped } = summary
        if (done > 0)
          output.line(`${pictures(done)} done before and left as they are. Add --overwrite to do them again.`)
        output.line(`${pictures(count)} in ${flags.out}.`)
        output.record({ type: 'done', out: flags.out, count, doneBefore: done, skipped })
      },
    )
}

const pictures = (count: number) => `${formatAmount(count)} ${count === 1 ? 'picture' : 'pictures'}`

/** What the window knows as done, too. */
function resultsNotedBy({ note }: CommandContext['progress']): SavedResults {
  return new SavedResults(appFolders().state, { info: note, warn: note, error: note })
}

function addOptions(command: Command): Command {
  return command
    .requiredOption('--out <folder>', 'where to put the results, under the names that the pictures have')
    .addOption(
      new Option('--sigma <level>', 'strength of the noise, 0 to 255; auto estimates it')
        .argParser(autoOr(decimal({ min: 0, max: 255 })))
        .default('auto'),
    )
    .option(
      '--strength <share>',
      'how much of the noise to take out; 0 nothing, above 1 more than there is',
      decimal({ min: 0, max: strongest }),
      1,
    )
    .option(
      '--colour <share>',
      'how much of the noise of colours to take out, 0 to 1',
      decimal({ min: 0, max: 1 }),
      1,
    )
    .option(
      '--detail <share>',
      'how much of what is taken out of the brightness comes back, 0 to 1: fine detail, and noise',
      decimal({ min: 0, max: 1 }),
      0,
    )
    .addOption(tileOption())
    .option(
      '--range <range>',
      'black and white of pictures with more than 8 bits: auto, full, or two numbers such as 0:4095',
      pictureRange,
      'auto',
    )
    .addOption(qualityOption())
    .option('--overwrite', 'replace files that are there already')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
}

/** What was found besides noise, in words. */
function foundBesides({ impulses, rows, columns, range }: DenoisedImage['repairs']): string {
  const found = [
    impulses > 0 && `${(100 * impulses).toPrecision(2)} % hot pixels or salt and pepper`,
    rows > 0 && `rows off by sigma ${rows.toFixed(1)}`,
    columns > 0 && `columns off by sigma ${columns.toFixed(1)}`,
    range !== null && `${(100 * range).toPrecision(2)} % of the range of its values in use`,
  ].filter((one) => one !== false)
  return found.map((one) => `, ${one}`).join('')
}

/** What was taken out. */
function noiseWords({ model, learned, sigma, noise }: DenoisedImage): string {
  if (learned === pairsNoise.kind) return `what ${model} has learned from pairs of pictures`
  if (learned !== null) return `${learned}, as ${model} has learned it`
  if (sigma === null) return 'too small to tell its noise'
  return noise?.kind === 'camera'
    ? `noise of a camera or a file, sigma ${noise.brightness.toFixed(1)} in brightness and ${noise.color.toFixed(1)} in colours`
    : `sigma ${sigma.map((one) => one.toFixed(1)).join(' ')}`
}

function describe(image: DenoisedImage): string {
  const { path, repairs, tile, width, height, ms, scale } = image
  const done =
    tile === null
      ? 'left as it is'
      : `${((width * height) / 1e6).toFixed(2)} megapixels in ${(ms / 1000).toFixed(2)} s`
  const values = scale && scale.basis !== 'type' ? `, ${describeScale(scale)}` : ''
  return `${path}: ${noiseWords(image)}${values}${foundBesides(repairs)}, ${done}`
}
