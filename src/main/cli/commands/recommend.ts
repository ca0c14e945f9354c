import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ExpectedError } from '../../../shared/errors'
import { readTitles } from '../../features/ratings/readTitles'
import { recommendItems } from '../../features/ratings/useRatings'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { fromLibrary } from '../library'
import { examples, integer } from '../options'

interface RecommendFlags {
  user?: string
  ratings?: string
  titles?: string
  top: number
}

export function registerRecommend(program: Command, context: CommandContext): void {
  program
    .command('recommend')
    .description('List what somebody would rate highest, by a model that was trained on ratings.')
    .argument('<run>', 'the folder of a run on ratings, or its name in the library')
    .option('--user <id>', 'a user, as the file of ratings calls them')
    .option('--ratings <file>', 'ratings of somebody new: item and rating on each line')
    .option(
      '--titles <file>',
      'what items are called by people, such as movies.csv: item and title on each line',
    )
    .option('--top <n>', 'how many', integer({ min: 1, max: 100_000 }), 10)
    .addHelpText(
      'after',
      examples(
        'hourglass recommend run --user 196',
        'hourglass recommend run --ratings mine.csv --top 20 --json',
        'hourglass recommend run --user 196 --titles movies.csv',
      ),
    )
    .action(async (given: string, { user, ratings: file, titles: titlesFile, top }: RecommendFlags) => {
      if ((user === undefined) === (file === undefined))
        throw new ExpectedError(
          'bad-usage',
          'Say for whom: either --user ID, or --ratings FILE for somebody new.',
        )
      const model = await fromLibrary('tables', given)
      const { output, signal } = context
      const titles = titlesFile === undefined ? null : await readTitles(resolve(titlesFile))
      const client = createComputeClient()
      try {
        const { list, rated, unknown } = await recommendItems({ model, top, user, file }, { client, signal })
        output.line(`By ${rated} ratings${user === undefined ? ` in ${file}` : ` of ${user}`}:`)
        if (unknown > 0)
          output.line(`${unknown} ratings are of items that the model does not know, and do not count.`)
        const called = (item: string, kept: string | null) => titles?.get(item) ?? kept ?? item
        list.forEach(({ item, title, rating, near, nearTitles }, i) => {
          const beside =
            near.length > 0 ? `   near ${near.map((one, n) => called(one, nearTitles[n]!)).join(', ')}` : ''
          output.line(`${String(i + 1).padStart(3)}. ${rating.toFixed(2)}  ${called(item, title)}${beside}`)
        })
        output.record({
          type: 'done',
          user: user ?? null,
          rated,
          unknown,
          list: list.map((one) => ({ ...one, title: titles?.get(one.item) ?? one.title })),
        })
      } finally {
        await client.dispose()
      }
    })
}
