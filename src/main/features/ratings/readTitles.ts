import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { cellsOfRecord, eachRecord, readable, withoutMark } from '../../store/textRecords'
import { readNames, writeNames } from '../../store/ratingsFiles'
import { sniffTable } from './sniffTable'

/** Of the columns of a header: what an item is called by people. */
const titleNames = /title|name|label|titel|bezeichnung/i

/**
 * What items are called by people, by what the file of ratings calls them: `movies.csv`, `movies.dat` or `u.item` of MovieLens,
 * or any file with an item and its title on each line. The item is in the first column, the title in the one whose header says
 * so, else in the second.
 *
 * @throws ExpectedError when there is no such file, or its lines have one column
 */
export async function readTitles(path: string): Promise<ReadonlyMap<string, string>> {
  const { delimiter, header, width } = await sniffTable(path)
  if (width < 2) throw new ExpectedError('bad-input', sentence('ratings.noTitles', { path }))
  const named = header?.findIndex((name, column) => column > 0 && titleNames.test(name)) ?? -1
  const column = named > 0 ? named : 1
  const titles = new Map<string, string>()
  let isHeader = header !== null
  await eachRecord(
    path,
    ({ text }) => {
      const cells = cellsOfRecord(withoutMark(text), delimiter)
      const [item, title] = [cells[0], cells[column]]
      if (!isHeader && item && title) titles.set(readable(item), readable(title))
      if (text.trim() !== '') isHeader = false
    },
    { delimiter },
  )
  return titles
}

/** Keeps the titles beside the ratings. @returns how many items have one @throws ExpectedError where none has */
export async function keepTitles(folder: string, path: string): Promise<number> {
  const titles = await readTitles(path)
  const names = await readNames(folder)
  const found = names.items.filter((item) => titles.has(item)).length
  if (found === 0)
    throw new ExpectedError(
      'bad-input',
      sentence('ratings.noTitleFits', { path, items: names.items.slice(0, 3).join(', ') }),
    )
  await writeNames(folder, { ...names, titles: names.items.map((item) => titles.get(item) ?? '') })
  return found
}
