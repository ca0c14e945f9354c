import type { Command } from 'commander'
import { dirname, join } from 'node:path'
import { encodeImages } from '../../features/models/encodeImages'
import { encodeRatings } from '../../features/ratings/encodeRatings'
import { isRatingsFolder } from '../../store/ratingsFiles'
import { ExpectedError } from '../../../shared/errors'
import { isTableFolder } from '../../features/tables/tableFiles'
import { encodeRowsOfTable } from '../tables/tableUse'
import { createComputeClient } from '../compute'
import { fromLibrary } from '../library'
import type { CommandContext } from '../context'
import { counted } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { examples } from '../options'

interface EncodeFlags extends TargetFlags {
  out: string
  overwrite?: boolean
}

export function registerEncode(program: Command, context: CommandContext): void {
  modelCommand(program, 'encode')
    .description('Write the latent codes of images.')
    .argument(
      '<images...>',
      'a dataset, or folders and files of images; for a model of ratings items or users; for one of a table a table',
    )
    .requiredOption(
      '--out <file>',
      'FILE.csv (path,label,z0,z1,…) or FILE.npy (float32, images × dimensions; paths and labels in FILE.items.csv)',
    )
    .option('--overwrite', 'replace the file when it is there already')
    .addHelpText('after', examples('hourglass encode run letters.dataset --out codes.csv'))
    .action(async (model: string, images: string[], { overwrite = false, ...flags }: EncodeFlags) => {
      const recommender = await fromLibrary('tables', model)
      if (isTableFolder(recommender))
        return encodeRowsOfTable(recommender, images, { out: flags.out, overwrite }, context)
      if (isRatingsFolder(recommender))
        return encodeRows(context, recommender, images, { out: flags.out, overwrite })
      const summary = await withModel(context, { label: 'Encoding', unit: 'images' }, (work) =>
        encodeImages({ model, images, overwrite, ...flags }, work),
      )
      const { count, dimensions, skipped } = summary
      const files = summary.files.map((name) => join(dirname(flags.out), name))
      context.output.line(
        `${counted(count, 'code')} of ${counted(dimensions, 'number')} in ${files.join(', named in ')}.`,
      )
      context.output.record({ type: 'done', out: flags.out, count, dimensions, files, skipped })
    })
}

async function encodeRows(
  { output, signal }: CommandContext,
  model: string,
  sides: readonly string[],
  { out, overwrite }: { out: string; overwrite: boolean },
): Promise<void> {
  if (sides.length > 1) throw new ExpectedError('bad-usage', 'Write either items or users, not both.')
  const client = createComputeClient()
  try {
    const request = { model, side: sides[0]!, out, overwrite }
    const { count, dimensions } = await encodeRatings(request, { client, signal })
    output.line(`${counted(count, 'code')} of ${counted(dimensions, 'number')} in ${out}.`)
    output.record({ type: 'done', out, count, dimensions, files: [out], skipped: [] })
  } finally {
    await client.dispose()
  }
}
