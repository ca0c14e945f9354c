import { basename, extname } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import type { RatingsInfo } from '../../../shared/ratings'
import { importRatings } from '../../features/ratings/importRatings'
import type { CommandContext } from '../context'
import { counted, formatAmount, were } from '../format'
import { outFolder, register } from '../library'
import { taskSequence } from '../taskSequence'

/** `hourglass import` where it is given ratings. */
export async function importRatingsFile(
  sources: readonly string[],
  out: string | undefined,
  overwrite: boolean,
  context: CommandContext,
): Promise<void> {
  if (sources.length > 1)
    throw new ExpectedError('bad-usage', 'Ratings are imported one file at a time. Name one file.')
  const [source] = sources as [string]
  const folder = await outFolder('tables', out, basename(source, extname(source)))
  const tasks = taskSequence(context)
  const { signal, output } = context
  try {
    const info = await importRatings(
      { source, out: folder, overwrite },
      { signal, onProgress: (done, total) => tasks.show('Reading', 'bytes', done, total) },
    )
    tasks.end()
    describeImport(info).forEach((line) => output.line(line))
    output.line(`They are in ${folder}.`)
    const { users, items, ratings, range, histogram, source: read } = info
    output.record({
      type: 'done',
      kind: 'ratings',
      dataset: folder,
      users,
      items,
      ratings,
      range,
      histogram,
      ...read,
    })
    await register('tables', folder, context)
  } finally {
    tasks.end()
  }
}

/** What a file was taken for, in sentences. */
export function describeImport({ users, items, ratings, range, hasTimes, source }: RatingsInfo): string[] {
  const { columns, layout, repeated, empty, unrated, unsound, firstUnsound, files } = source
  const share = (100 * ratings) / (users * items)
  const time = columns.time === null || !hasTimes ? 'no times' : `time in column ${columns.time}`
  return [
    `${files.map((file) => basename(file)).join(', ')} was taken for ratings: user in column ${columns.user}, item in ${columns.item}, rating in ${columns.rating}, ${time}; ${layout}.`,
    `${counted(ratings, 'rating')} from ${formatAmount(range.low)} to ${formatAmount(range.high)} of ${counted(items, 'item')} by ${counted(users, 'user')}: ${share.toPrecision(3)} % of the matrix.`,
    ...(repeated > 0
      ? [`${counted(repeated, 'rating')} ${were(repeated)} given again later: the latest counts.`]
      : []),
    ...(empty > 0
      ? [
          `${counted(empty, 'line')} without a rating ${were(empty)} left out${unrated === undefined ? '' : `; ${unrated} was taken for none`}.`,
        ]
      : []),
    ...(unsound
      ? [
          `${counted(unsound, 'line')} cannot be read as a rating and ${unsound === 1 ? 'was' : 'were'} left out, the first is line ${firstUnsound}.`,
        ]
      : []),
  ]
}
