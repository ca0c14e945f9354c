import type { Command } from 'commander'
import { ExpectedError } from '../../../shared/errors'
import { type NoiseSpec, type RestoringQuality, restoringQualities } from '../../../shared/noise'
import { evaluatePairs, type PairsRequest } from '../../features/denoising/evaluatePairs'
import { evaluateModel } from '../../features/models/evaluateModel'
import { isRatingsFolder } from '../../store/ratingsFiles'
import { isTableFolder } from '../../features/tables/tableFiles'
import { fromLibrary } from '../library'
import { evaluateTable } from '../tables/tableUse'
import { evaluateRatings } from '../ratings/ratingsEvaluate'
import type { CommandContext } from '../context'
import { counted, formatAmount } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { choice, examples, noise as parseNoise, seed as parseSeed } from '../options'

interface EvaluateFlags extends TargetFlags {
  noise?: NoiseSpec
  clip?: boolean
  clean?: string
  quality: RestoringQuality
  seed: number
}

export function registerEvaluate(program: Command, context: CommandContext): void {
  modelCommand(program, 'evaluate')
    .description(
      'Measure how well a model reconstructs images (loss, PSNR and SSIM), predicts ratings (RMSE and MAE), or tells the cells of a table (RMSE, MAE and R², beside PCA).',
    )
    .argument(
      '<images...>',
      'a dataset, or folders and files of images; for a model of ratings a file of ratings; for one of a table a table',
    )
    .option('--noise <kind:strength>', 'corrupt the input, for example gaussian:25', parseNoise)
    .option('--clip', 'round the corrupted images to 8 bits before the model gets them, as a file would')
    .option('--clean <folder>', 'clean pictures of the same names: measure how near the noisy ones come')
    .addOption(
      choice(
        '--quality <name>',
        'of denoising: fast, or best, the mean over eight flips and turns of the picture',
        restoringQualities,
      ).default('fast'),
    )
    .option('--seed <n>', 'the same seed draws the same noise', parseSeed, 0)
    .addHelpText(
      'after',
      examples(
        'hourglass evaluate run test.dataset',
        'hourglass evaluate run ratings-test.csv --json',
        'hourglass evaluate run table-test.csv --json',
        'hourglass evaluate run photos --noise gaussian:25 --json',
        'hourglass evaluate builtin:color pairs/noisy --clean pairs/clean',
      ),
    )
    .action(async (model: string, images: string[], flags: EvaluateFlags) => {
      const recommender = await fromLibrary('tables', model)
      if (isTableFolder(recommender)) return evaluateTable(recommender, images, flags.seed, context)
      if (isRatingsFolder(recommender)) return evaluateRatings(recommender, images, context)
      const { noise = null, clip = false, clean, ...rest } = flags
      if (clip && !noise)
        throw new ExpectedError('bad-usage', '--clip is about noise. Add --noise, for example gaussian:25.')
      if (clean !== undefined) {
        if (noise)
          throw new ExpectedError(
            'bad-usage',
            'With --clean the noise is that of the pictures. Leave --noise out.',
          )
        return evaluateRealPairs(context, { model, noisy: images, clean, ...rest })
      }
      const request = { model, images, noise, clip, ...rest }
      const result = await withModel(context, { label: 'Evaluating', unit: 'images' }, (work) =>
        evaluateModel(request, work),
      )
      tell(context, result, noise !== null)
    })
}

function tell(
  { output, progress }: CommandContext,
  result: Awaited<ReturnType<typeof evaluateModel>> & { readonly skipped: unknown },
  hasNoise: boolean,
): void {
  const { count, loss, psnr, ssim, noisyPsnr, trainedNoise, skipped } = result
  if (trainedNoise && !hasNoise)
    progress.note(
      trainedNoise === 'pairs'
        ? 'The model learned from pairs of pictures. To measure that, give it damaged ones, and add --clean FOLDER.'
        : `The model learned to remove noise. To measure that, add --noise ${trainedNoise}.`,
    )
  output.line(counted(count, 'image'))
  output.line(`loss  ${loss.toPrecision(5)}`)
  if (noisyPsnr !== null) output.line(`noisy ${noisyPsnr.toFixed(2)} dB`)
  output.line(`PSNR  ${psnr.toFixed(2)} dB`)
  output.line(`SSIM  ${ssim.toFixed(4)}`)
  const noisy = noisyPsnr === null ? {} : { noisyPsnr }
  output.record({ type: 'done', loss, psnr, ssim, count, ...noisy, skipped })
}

async function evaluateRealPairs(context: CommandContext, request: PairsRequest): Promise<void> {
  const { output } = context
  const figures = ({ psnr, ssim }: { psnr: number; ssim: number }) =>
    `${psnr.toFixed(2)} dB, ${ssim.toFixed(4)}`
  const { count, noisy, result, skipped } = await withModel(
    context,
    { label: 'Evaluating', unit: 'pairs' },
    (work) =>
      evaluatePairs(request, work, (pair) => {
        output.line(`${pair.name}: noisy ${figures(pair.noisy)}; result ${figures(pair.result)}`)
        output.record({ type: 'pair', ...pair })
      }),
  )
  output.line(`${formatAmount(count)} ${count === 1 ? 'pair' : 'pairs'}: PSNR and SSIM`)
  output.line(`noisy  ${figures(noisy)}`)
  output.line(`result ${figures(result)}`)
  output.record({ type: 'done', count, noisy, result, skipped })
}
