import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRatings } from '../../../../src/main/features/ratings/readRatings'
import { sniffTable } from '../../../../src/main/features/ratings/sniffTable'
import { tableKindOf } from '../../../../src/main/features/tables/tableKind'
import { temporaryFolder } from '../../../support/testFolder'

async function file(text: string, name = 'ratings.csv'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, text)
  return path
}

/** Two users, two items, in each of the layouts that are about. */
const layouts = [
  ['MovieLens 100K', '196\t242\t3\t881250949\n22\t377\t1\t878887116\n', 'u.data'],
  ['MovieLens 1M', '196::242::3::881250949\n22::377::1::878887116\n', 'ratings.dat'],
  [
    'MovieLens since',
    'userId,movieId,rating,timestamp\n196,242,3.0,881250949\n22,377,1.0,878887116\n',
    'ratings.csv',
  ],
  ['a spreadsheet', '\uFEFFuser;item;rating\r\n196;242;3,0\r\n22;377;1,0\r\n', 'ratings.csv'],
  ['quotes', '"User-ID";"ISBN";"Book-Rating"\n"196";"242";"3"\n"22";"377";"1"\n', 'books.csv'],
  ['other columns', 'rating,comment,item_id,user_id\n3,"good, but long",242,196\n1,,377,22\n', 'reviews.csv'],
] as const

describe('readRatings', () => {
  it.each(layouts)('reads %s', async (_, text, name) => {
    const path = await file(text, name)
    expect(await tableKindOf(path)).toBe('ratings')
    const { users, items, values, names, source } = await readRatings(path)
    expect(names).toEqual({ users: ['196', '22'], items: ['242', '377'] })
    expect([...users]).toEqual([0, 1])
    expect([...items]).toEqual([0, 1])
    expect([...values]).toEqual([3, 1])
    expect(source.repeated).toBe(0)
  })

  it('takes the latest of two ratings of the same item, and leaves out what has none', async () => {
    const path = await file('user,item,rating,time\na,x,1,20\na,x,5,10\nb,y,,30\nb,x,2,40\n')
    const { values, source } = await readRatings(path)
    expect([...values]).toEqual([1, 2])
    expect(source).toMatchObject({ repeated: 1, empty: 1 })
  })

  it('tells names of the code page of Windows apart, and reads inches and ends of lines of old Macs', async () => {
    const path = await file('')
    const rows = ['Müller,5" pipe,3', 'Möller,6" pipe,4', 'Miller,"a, b",5']
    await writeFile(path, Buffer.from(['user,item,rating', ...rows].join('\r'), 'latin1'))
    const { names, values } = await readRatings(path)
    expect(names).toEqual({ users: ['Müller', 'Möller', 'Miller'], items: ['5" pipe', '6" pipe', 'a, b'] })
    expect([...values]).toEqual([3, 4, 5])
  })

  it('numbers users and items as a model does', async () => {
    const path = await file('user,item,rating\nb,x,4\nc,z,2\n')
    const known = {
      users: new Map([
        ['a', 0],
        ['b', 1],
      ]),
      items: new Map([['x', 0]]),
    }
    const { users, items } = await readRatings(path, { known })
    expect([...users]).toEqual([1, -1])
    expect([...items]).toEqual([0, -1])
  })

  it('reads items and ratings of one person', async () => {
    const path = await file('item,rating\nx,4\n')
    const known = { users: new Map<string, number>(), items: new Map([['x', 7]]) }
    expect([...(await readRatings(path, { known, ofOnePerson: true })).items]).toEqual([7])
  })

  it.each([
    ['', 'it is empty'],
    ['a\0b', 'it is no text'],
    ['user,item,rating\na,x,good\n', 'line 2 has “good” where the rating belongs'],
    ['user,item,rating\na,x,3\nb\n', 'line 3 has 1 columns where user, item and rating belong'],
    ['height,width\n1.5,2\n', 'ratings have a user, an item and a rating on each line'],
    ['user,item,rating\n', 'holds no ratings'],
  ])('says what is wrong with %j', async (text, sentence) => {
    const path = await file(text)
    await expect(readRatings(path)).rejects.toMatchObject({
      name: 'ExpectedError',
      message: expect.stringContaining(sentence) as string,
    })
  })

  it('takes rows of measurements for a table, and triples without a header for ratings', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i * 0.37},${i * 1.1},${Math.sin(i)}`).join('\n')
    expect((await sniffTable(await file(rows))).ratings).toBeNull()
    const triples = Array.from({ length: 30 }, (_, i) => `${i % 6},${Math.floor(i / 6)},${1 + (i % 5)}`)
    expect((await sniffTable(await file(triples.join('\n')))).ratings).toMatchObject({
      user: 0,
      item: 1,
      rating: 2,
    })
  })
})
