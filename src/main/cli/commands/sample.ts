import type { Command } from 'commander'
import { sampleDefaults, type SampleKind, sampleKinds } from '../../../shared/sampleKinds'
import { defectSampleCount, makeDefectSample } from '../../features/anomalies/sample/makeDefectSample'
import { makeSample } from '../../features/datasets/makeSample'
import { ExpectedError } from '../../../shared/errors'
import type { CommandContext } from '../context'
import { counted } from '../format'
import { choice, examples, integer, seed as parseSeed } from '../options'

/** Beside what the window offers: surfaces with and without defects, laid out as MVTec AD is. */
const kinds = [...sampleKinds, 'defects'] as const

interface SampleFlags {
  out: string
  kind: SampleKind | 'defects'
  count?: number
  seed: number
}

export function registerSample(program: Command, context: CommandContext): void {
  program
    .command('sample')
    .description(
      'Make a sample to play with: digits and letters, textures, drawn faces, or photographs, in one folder a label; or surfaces with defects and masks, laid out as MVTec AD is.',
    )
    .requiredOption('--out <folder>', 'where to put the images: a new or empty folder, or an earlier sample')
    .addOption(choice('--kind <name>', 'what it shows', kinds).default('letters'))
    .option(
      '--count <n>',
      'how many images (default: as many as suit the kind)',
      integer({ min: 1, max: 10_000_000 }),
    )
    .option('--seed <n>', 'the same seed draws the same images', parseSeed, 1)
    .addHelpText(
      'after',
      examples(
        'hourglass sample --out letters --count 1000',
        'hourglass sample --kind faces --out faces',
        'hourglass sample --kind defects --out surfaces',
      ),
    )
    .action(async ({ out, kind, seed, ...flags }: SampleFlags) => {
      if (kind === 'defects' && flags.count !== undefined)
        throw new ExpectedError(
          'bad-usage',
          `The sample of defects always has ${defectSampleCount} images. Leave --count out.`,
        )
      const count = kind === 'defects' ? defectSampleCount : (flags.count ?? sampleDefaults[kind].count)
      const task = context.progress.start('Drawing', count, 'images')
      const onProgress = (progress: { done: number; total: number }) => {
        task.update(progress.done)
        context.output.record({ type: 'progress', ...progress })
      }
      try {
        const request = { out, seed, signal: context.signal, onProgress }
        if (kind === 'defects') await makeDefectSample(request)
        else await makeSample({ ...request, kind, count })
      } finally {
        task.end()
      }
      context.output.line(`${counted(count, 'image')} in ${out}.`)
      context.output.record({ type: 'done', out, kind, count, seed })
    })
}
