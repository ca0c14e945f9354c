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

const every = (ratingOf: (k: number) => string) =>
  Array.from({ length: 60 }, (_, k) => `u${k % 6},i${Math.floor(k / 6)},${ratingOf(k)}`).join('\n')

it.each([
  ['stars as signs', (k: number) => '★★★★★'.slice(0, 1 + (k % 5)), [1, 2, 3, 4, 5]],
  ['so many of five', (k: number) => `${1 + (k % 5)}/5`, [1, 2, 3, 4, 5]],
  ['words', (k: number) => ['like', 'dislike'][k % 2]!, [0, 1]],
  ['numbers below zero', (k: number) => String((k % 5) - 2), [-2, -1, 0, 1, 2]],
  ['-1 for what was not rated', (k: number) => String([-1, 2, 6, 10][k % 4]), [2, 6, 10]],
  ['99 for what was not rated', (k: number) => String([-9.5, 3, 7.25, 99][k % 4]), [-9.5, 3, 7.25]],
  ['numbers up to a hundred', (k: number) => String([1, 40, 99, 100][k % 4]), [1, 40, 99, 100]],
])('reads ratings as %s', async (_, ratingOf, expected) => {
  const { values, source } = await readRatings(await file(`user,item,rating\n${every(ratingOf)}\n`))
  expect([...new Set(values)].sort((a, b) => a - b)).toEqual(expected)
  expect(values.length + source.empty).toBe(60)
})

it('reads what the prize of Netflix gave, comments above the lines, and what Excel writes first', async () => {
  const block = (i: number) =>
    `${i}:\n${[0, 1, 2].map((u) => `${u + 7},${1 + ((u + i) % 5)},2005-09-0${u + 1}`).join('\n')}`
  const prize = await file([1, 2, 3, 4].map(block).join('\n'), 'combined_data_1.txt')
  expect(await tableKindOf(prize)).toBe('ratings')
  const { names, values, times, source } = await readRatings(prize)
  expect(names).toEqual({ users: ['7', '8', '9'], items: ['1', '2', '3', '4'] })
  expect([...values.subarray(0, 4)]).toEqual([2, 3, 4, 3])
  expect(new Date(times![1]! * 1000).toISOString()).toContain('2005-09-02')
  expect(source.columns.item).toBe('lines of their own')

  const spaced = every((k) => String(k % 5)).replaceAll(',', ' ')
  const commented = await file(`# made by a script\n# user item rating\n${spaced}\n`, 'r.txt')
  expect(await tableKindOf(commented)).toBe('ratings')
  expect((await readRatings(commented)).values).toHaveLength(60)
  const excel = await file(`sep=,\nuser,item,rating\n${every((k) => String(k % 5))}\n`)
  expect((await readRatings(excel)).values).toHaveLength(60)
})

it('finds columns in any order and by other words, and says of events that they are no ratings', async () => {
  const other = await file(`Score;Film;Zuschauer\n${lines((u, i) => `${u % 5};F${i};Z${u}`)}\n`)
  expect(await tableKindOf(other)).toBe('ratings')
  expect((await readRatings(other)).source.columns).toMatchObject({
    user: 'Zuschauer',
    item: 'Film',
    rating: 'Score',
  })
  const plays = await file(`userID\tartistID\tweight\n${lines((u, i) => `${u}\t${i}\t${100 * u + i}`)}\n`)
  expect(await tableKindOf(plays)).toBe('ratings')
  const events = await file(
    `timestamp,visitorid,event,itemid\n${lines((u, i) => `1433221332,${u},view,${i}`)}\n`,
  )
  await expect(tableKindOf(events)).rejects.toThrow('says who and what, and no rating')
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
