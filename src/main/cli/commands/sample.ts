import type { Command } from 'commander'
import { makeSample } from '../../services/datasets/makeSample'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { examples, integer, seed as parseSeed } from '../options'

export function registerSample(program: Command, context: CommandContext): void {
  program
    .command('sample')
    .description('Draw a sample of digits and letters, 28 × 28 PNG files in one folder a label.')
    .requiredOption('--out <folder>', 'where to put the images: a new or empty folder, or an earlier sample')
    .option('--count <n>', 'how many images', integer({ min: 1, max: 10_000_000 }), 6000)
    .option('--seed <n>', 'the same seed draws the same images', parseSeed, 1)
    .addHelpText('after', examples('hourglass sample --out letters --count 1000'))
    .action(async ({ out, count, seed }: { out: string; count: number; seed: number }) => {
      const task = context.progress.start('Drawing', count, 'images')
      const onProgress = (progress: { done: number; total: number }) => {
        task.update(progress.done)
        context.output.record({ type: 'progress', ...progress })
      }
      try {
        await makeSample({ out, count, seed, signal: context.signal, onProgress })
      } finally {
        task.end()
      }
      context.output.line(`${formatAmount(count)} images in ${out}.`)
      context.output.record({ type: 'done', out, count, seed })
    })
}
