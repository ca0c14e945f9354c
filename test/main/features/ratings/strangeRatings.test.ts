import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRatings } from '../../../../src/main/features/ratings/readRatings'
import { keepTitles } from '../../../../src/main/features/ratings/readTitles'
import { importRatings } from '../../../../src/main/features/ratings/importRatings'
import { readNames } from '../../../../src/main/store/ratingsFiles'
import { tableKindOf } from '../../../../src/main/features/tables/tableKind'
import { temporaryFolder } from '../../../support/testFolder'

async function file(text: string | Buffer, name = 'some.csv'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, text)
  return path
}

const lines = (one: (user: number, item: number) => string) =>
  Array.from({ length: 60 }, (_, k) => one(k % 6, Math.floor(k / 6))).join('\n')

it.each([
  [
    'German words, dates and commas',
    `Kunde;Produkt;Note;Datum\n${lines((u, i) => `K${u};P${i};2,5;0${1 + u}.02.2023`)}\n`,
  ],
  ['accents', Buffer.from(`Käufer;Gerät;Bewertung\n${lines((u, i) => `Jörg${u};G${i};2,5`)}\n`, 'latin1')],
  ['words for stars', `Nutzer-ID,Filmtitel,Sterne\n${lines((u, i) => `${u},Film ${i},2.5`)}\n`],
  ['names in any columns', `who,chose,much\n${lines((u, i) => `p${u},t${i},2.5`)}\n`],
  ['names without a header', `${lines((u, i) => `p${u},t${i},2.5`)}\n`],
  [
    'gaps in words, and percent signs',
    `user,item,rating\nu0,i0,NA\nu9,i9,?\n${lines((u, i) => `${u},${i},2.5 %`)}\n`,
  ],
])('takes ratings with %s for ratings', async (_, text) => {
  const path = await file(text)
  expect(await tableKindOf(path)).toBe('ratings')
  const { values, names, times, source } = await readRatings(path)
  expect(names.users).toHaveLength(6)
  expect(names.items).toHaveLength(10)
  expect(values).toHaveLength(60)
  expect(new Set(values)).toEqual(new Set([2.5]))
  if (source.columns.time !== null) expect(new Date(times![1]! * 1000).toISOString()).toContain('2023-02-02')
})

it('leaves tables tables, and says of lines without a rating what they lack', async () => {
  const table = `account,place,year,height,weight,points\n${lines((u, i) => `${u},${i},2001,${u}.5,${i},7`)}\n`
  expect(await tableKindOf(await file(table))).toBe('table')
  const numbers = `x,y,z\n${lines((u, i) => `${u},${i},${u + i}`)}\n`
  expect(await tableKindOf(await file(numbers))).toBe('table')
  const only = await file(`user_id,item_id\n${lines((u, i) => `${u},${i}`)}\n`)
  await expect(tableKindOf(only)).rejects.toThrow('says who and what, and no rating')
})

it('keeps titles beside the ratings, and refuses a file that has none of them', async () => {
  const source = await file(`user,item,rating\n${lines((u, i) => `${u},${i},${(u + i) % 5}`)}\n`)
  const out = join(await temporaryFolder(), 'kept')
  await importRatings({ source, out, overwrite: false }, {})
  const titles = await file('movieId,title\n3,"Winter, The (1950)"\n99,Other\n', 'movies.csv')
  expect(await keepTitles(out, titles)).toBe(1)
  const { items, titles: kept } = await readNames(out)
  expect(kept![items.indexOf('3')]).toBe('Winter, The (1950)')
  expect(kept!.filter((title) => title !== '')).toHaveLength(1)
  const others = await file('id,title\nx,One\ny,Two\n', 'others.csv')
  await expect(keepTitles(out, others)).rejects.toThrow('has no title of an item that was rated')
})
