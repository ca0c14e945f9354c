import type { Command } from 'commander'
import { type CodeMetric, codeMetrics } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { findNeighbors } from '../../features/latent/betweenImages'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { choice, examples, integer } from '../options'

interface NeighborsFlags extends TargetFlags {
  count: number
  metric: CodeMetric
}

export function registerNeighbours(program: Command, context: CommandContext): void {
  modelCommand(program, 'neighbours')
    .description('Find the images whose latent codes are nearest to that of an image.')
    .argument('<images...>', 'a dataset, or folders of images; after it the image to look for')
    .option('--count <n>', 'how many', integer({ min: 1, max: 10_000 }), 10)
    .addOption(choice('--metric <name>', 'the distance between codes', codeMetrics).default('euclidean'))
    .addHelpText('after', examples('hourglass neighbours run letters.dataset letters/A/0001.png'))
    .action(async (model: string, given: string[], { count, ...flags }: NeighborsFlags) => {
      const image = given.at(-1)!
      const images = given.slice(0, -1)
      if (images.length === 0)
        throw new ExpectedError('bad-usage', 'Name a dataset or folder of images, and after it one image.')
      const { neighbors } = await withModel(context, { label: 'Encoding', unit: 'images' }, (work) =>
        findNeighbors({ model, images, image, k: count, ...flags }, work),
      )
      for (const { path, label, distance } of neighbors) {
        context.output.line(
          `${formatAmount(distance).padStart(8)}  ${path}${label === null ? '' : `  (${label})`}`,
        )
        context.output.record({ type: 'neighbour', path, label, distance })
      }
      context.output.record({ type: 'done', count: neighbors.length })
    })
}
