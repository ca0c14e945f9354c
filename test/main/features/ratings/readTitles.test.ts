import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readTitles } from '../../../../src/main/features/ratings/readTitles'
import { folderOfFile } from '../../../support/testFolder'

let folder: string
beforeAll(async () => {
  folder = await folderOfFile()
})

/** As in the three layouts of MovieLens, and as others write titles. */
const layouts: [string, string | Buffer, Record<string, string>][] = [
  [
    'movies.csv',
    'movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n11,"American President, The (1995)",Comedy\n',
    { 1: 'Toy Story (1995)', 11: 'American President, The (1995)' },
  ],
  ['movies.dat', '1::Toy Story (1995)::Animation\n2::Jumanji (1995)::Adventure\n', { 2: 'Jumanji (1995)' }],
  [
    'u.item',
    Buffer.from(
      '1|Toy Story (1995)|01-Jan-1995||http://x|0\n2|Misérables, Les (1995)|01-Jan-1995||http://y|1\n',
      'latin1',
    ),
    { 1: 'Toy Story (1995)', 2: 'Misérables, Les (1995)' },
  ],
  ['by-header.csv', 'id,year,Title\nb1,1995,Emma\nb2,1996,Dune\n', { b1: 'Emma', b2: 'Dune' }],
  ['no-header.tsv', 'b1\tEmma\nb2\tDune\n', { b1: 'Emma', b2: 'Dune' }],
]

describe('titles of items', () => {
  it.each(layouts)('are read from %s', async (name, content, titles) => {
    await writeFile(join(folder, name), content)
    const read = await readTitles(join(folder, name))
    for (const [item, title] of Object.entries(titles)) expect(read.get(item)).toBe(title)
  })

  it('are refused where there is one column, and where there is no file', async () => {
    await writeFile(join(folder, 'one.csv'), 'Emma\nDune\n')
    await expect(readTitles(join(folder, 'one.csv'))).rejects.toThrow('item and its title on each line')
    await expect(readTitles(join(folder, 'none.csv'))).rejects.toThrow('There is no')
  })
})
