import type { Command } from 'commander'
import type { NoiseSpec } from '../../../shared/noise'
import { evaluateModel } from '../../services/models/evaluateModel'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { examples, noise as parseNoise, seed as parseSeed } from '../options'

interface EvaluateFlags extends TargetFlags {
  noise?: NoiseSpec
  seed: number
}

export function registerEvaluate(program: Command, context: CommandContext): void {
  modelCommand(program, 'evaluate')
    .description('Measure how well a model reconstructs images: loss, PSNR and SSIM.')
    .argument('<images...>', 'a dataset, or folders and files of images')
    .option('--noise <kind:strength>', 'corrupt the input, for example gaussian:25', parseNoise)
    .option('--seed <n>', 'the same seed draws the same noise', parseSeed, 0)
    .addHelpText(
      'after',
      examples(
        'hourglass evaluate run test.dataset',
        'hourglass evaluate run photos --noise gaussian:25 --json',
      ),
    )
    .action(async (model: string, images: string[], flags: EvaluateFlags) => {
      const { noise = null, ...rest } = flags
      const request = { model, images, noise, ...rest }
      const result = await withModel(context, { label: 'Evaluating', unit: 'images' }, (work) =>
        evaluateModel(request, work),
      )
      const { count, loss, psnr, ssim, noisyPsnr, trainedNoise, skipped } = result
      const { output, progress } = context
      if (trainedNoise && !noise)
        progress.note(`The model learned to remove noise. To measure that, add --noise ${trainedNoise}.`)
      output.line(`${formatAmount(count)} images`)
      output.line(`loss  ${loss.toPrecision(5)}`)
      if (noisyPsnr !== null) output.line(`noisy ${noisyPsnr.toFixed(2)} dB`)
      output.line(`PSNR  ${psnr.toFixed(2)} dB`)
      output.line(`SSIM  ${ssim.toFixed(4)}`)
      const noisy = noisyPsnr === null ? {} : { noisyPsnr }
      output.record({ type: 'done', loss, psnr, ssim, count, ...noisy, skipped })
    })
}
