import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRatings } from '../../../../src/main/features/ratings/readRatings'
import { takeTable } from '../../../../src/main/features/tables/importTable'
import { readTable } from '../../../../src/main/features/tables/readTable'
import { temporaryFolder } from '../../../support/testFolder'

async function file(content: string | Uint8Array) {
  const path = join(await temporaryFolder(), 'table.csv')
  await writeFile(path, content)
  return path
}

async function take(content: string | Uint8Array) {
  return takeTable(await readTable(await file(content)), {})
}

const count = 60
/** Numbers that depend on their row and column in no simple way. */
const cell = (row: number, column: number) => String(((row * 7 + column * 3) % 13) + row / 4)
const cells = (row: number, width = 3) => Array.from({ length: width }, (_, column) => cell(row, column))
const rows = (one: (row: number) => string = (row) => cells(row).join(',')) =>
  Array.from({ length: count }, (_, row) => one(row))
const body = rows().join('\n')
const names = ({ info }: Awaited<ReturnType<typeof take>>) => info.columns.map(({ name }) => name)

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()

describe('UTF-16', () => {
  const text = `Größe,日本,c\r\n${rows().join('\r\n')}\r\n`
  it.each([
    ['little-endian with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['big-endian with a mark', swapped(`\uFEFF${text}`)],
    ['little-endian without a mark', Buffer.from(text, 'utf16le')],
    ['big-endian without a mark', swapped(text)],
  ])('is read, %s', async (_, bytes) => {
    const taken = await take(bytes)
    expect(names(taken)).toEqual(['Größe', '日本', 'c'])
    expect(taken.info).toMatchObject({ rows: count, source: { encoding: 'utf-16' } })
    expect([...taken.values.subarray(0, 6)]).toEqual([...cells(0), ...cells(1)].map(Number))
  })

  it('is read over the ends of chunks, in ratings too', async () => {
    const lines = Array.from(
      { length: 60_000 },
      (_, i) => `Jürgen ${i % 300},Füße 🎬 ${Math.floor(i / 300)},${1 + (i % 5)}`,
    )
    const path = await file(Buffer.from(`\uFEFFuser,film,rating\n${lines.join('\n')}\n`, 'utf16le'))
    const { names: found, values, source } = await readRatings(path)
    expect(values).toHaveLength(60_000)
    expect(found.users).toHaveLength(300)
    expect(new Set(found.items).size).toBe(200)
    expect(found.items[7]).toBe('Füße 🎬 7')
    expect(source.layout).toContain('in UTF-16')
  })
})

describe('rows with other cells than there are columns', () => {
  it('lack cells at their end, or end in empty ones', async () => {
    const lines = rows((row) =>
      row % 10 === 3 ? cells(row).slice(0, 2).join(',') : cells(row).join(',') + (row % 10 === 5 ? ',,' : ''),
    )
    const { info, values } = await take(`a,b,c\n${lines.join('\n')}\n`)
    expect(info).toMatchObject({ rows: count, missing: 6, source: { shortRows: 6, paddedRows: 6 } })
    expect(values[3 * 3 + 2]).toBeNaN()
    expect([...values.subarray(15, 18)]).toEqual(cells(5).map(Number))
  })

  it('all end in the mark between cells, or nearly all lack some', async () => {
    expect(names(await take(`a,b,c\n${rows((row) => `${cells(row).join(',')},,`).join('\n')}`))).toEqual([
      'a',
      'b',
      'c',
    ])
    const most = rows((row) =>
      cells(row)
        .slice(0, row % 3 === 0 ? 3 : 2)
        .join(','),
    )
    const { info } = await take(`a,b,c\n${most.join('\n')}`)
    expect(info.columns.map(({ name, missing }) => [name, missing])).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 40],
    ])
  })

  it('are left out where they hold too many, and are refused where those are many', async () => {
    const lines = rows((row) => (row === 20 ? `1,${cells(row).join(',')}` : cells(row).join(',')))
    const { info } = await take(`a,b,c\n${lines.join('\n')}`)
    expect(info).toMatchObject({ rows: count - 1, source: { longRows: 1, firstLongLine: 22 } })
    const many = rows((row) => (row % 9 === 1 ? `1,${cells(row).join(',')}` : cells(row).join(',')))
    await expect(take(`a,b,c\n${many.join('\n')}`)).rejects.toThrow(
      'line 3 has another number of cells than the others, 4 and not 3',
    )
  })

  it('are blank, remarks, titles, or the header once more', async () => {
    const lines = rows()
    lines.splice(40, 0, 'a,b,c')
    lines.splice(30, 0, 'North', '# a remark', '% another one', ',,', '')
    const { info } = await take(`a,b,c\n${lines.join('\n')}`)
    expect(info).toMatchObject({ rows: count, missing: 0, source: { notes: 1 } })
  })
})

describe('what stands above a table', () => {
  it.each([
    [
      'pairs with fewer cells',
      `Station,Berlin\nLat,52.5\ntime,b,c,d\n${rows((row) => cells(row, 4).join(',')).join('\n')}`,
      2,
    ],
    ['pairs that are padded', `Station,Berlin,,\nLat,52.5,,\n,,,\ntime,b,c,\n${body}`, 2],
    ['remarks of a laboratory', `% tool, version 3\n// by hand, too\ntime,b,c\n${body}`, 0],
  ])('is %s', async (_, text, notes) => {
    const taken = await take(text)
    expect(names(taken).slice(0, 3)).toEqual(['time', 'b', 'c'])
    expect(taken.info).toMatchObject({ rows: count, source: { notes } })
  })

  it('is pairs and an empty line, above two columns', async () => {
    const text = `Device,X7\nSerial,123\n\nwave,signal\n${rows((row) => cells(row, 2).join(',')).join('\n')}`
    const taken = await take(text)
    expect(names(taken)).toEqual(['wave', 'signal'])
    expect(taken.info.source.notes).toBe(2)
  })

  it.each([
    [
      'groups and names',
      `,Sensor A,,Sensor B\n,temp,hum,temp\n${rows((row) => `${row},${cells(row).join(',')}`).join('\n')}`,
      ['Sensor A temp', 'Sensor A hum', 'Sensor B temp'],
      2,
    ],
    ['names and units', `a,b,c\n°C,%,hPa\n${body}`, ['a °C', 'b %', 'c hPa'], 2],
    [
      'names, units and kinds',
      `a,b,c\n°C,%,hPa\nmean,mean,max\n${body}`,
      ['a °C mean', 'b % mean', 'c hPa max'],
      3,
    ],
    ['names alone, with a text in the first row', `a,b,c\nlow,2,3\n${body}`, ['a', 'b', 'c'], 1],
  ])('is a header of %s', async (_, text, expected, headerLines) => {
    const taken = await take(text)
    expect(names(taken)).toEqual(expected)
    expect(taken.info.source.headerLines).toBe(headerLines)
  })
})

it('takes a code of missing values for one in a column in which it is rare', async () => {
  const lines = rows((row) =>
    [row % 6 ? cell(row, 0) : -999, row === 7 ? -999 : cell(row, 1), cell(row, 2)].join(','),
  )
  const { info } = await take(`a,b,c\n${lines.join('\n')}`)
  expect(info.columns.map(({ missingCode, missing }) => [missingCode, missing])).toEqual([
    [-999, 10],
    [-999, 1],
    [undefined, 0],
  ])
})

it('takes \\N of databases for a gap', async () => {
  const { info } = await take(
    `a\tb\n${rows((row) => [row % 5 ? cell(row, 0) : '\\N', cell(row, 1)].join('\t')).join('\n')}`,
  )
  expect(info.columns[0]).toMatchObject({ missing: 12, unreadable: 0 })
})

describe('ratings', () => {
  const triples = Array.from(
    { length: 200 },
    (_, i) => `${i % 20},m${Math.floor(i / 20)},${1 + ((i * 7) % 5)}`,
  )

  it('lack their rating, end in empty cells, or are none', async () => {
    const lines = [...triples]
    lines[20] = '0,m1'
    lines[30] += ',,'
    lines[40] = '0,The Good, the Bad,4'
    lines[50] = ',,'
    const { values, source } = await readRatings(await file(`user,item,rating\n${lines.join('\n')}`))
    expect(values).toHaveLength(197)
    expect(source).toMatchObject({ empty: 1, unsound: 1, firstUnsound: 42 })
  })

  it('stand below a title, and are put together of several files', async () => {
    const part = `user,item,rating\n${triples.slice(0, 100).join('\n')}\n`
    const more = `user,item,rating\n${triples.slice(100).join('\n')}\n`
    const { values, source } = await readRatings(
      await file(`Our shop\nExported,2024-01-05\n\n${part}${more}`),
    )
    expect(values).toHaveLength(200)
    expect(source).toMatchObject({ unsound: 1, columns: { user: 'user', item: 'item', rating: 'rating' } })
  })

  it('have titles over two lines, with quotes and marks in them', async () => {
    const lines = triples.map((line) => line.replace(/m(\d)/, (_, n) => `"A ""great""\nbook, no. ${n}"`))
    const { names: found, values } = await readRatings(
      await file(`user_id,book_title,rating\n${lines.join('\n')}`),
    )
    expect(values).toHaveLength(200)
    expect(found.items[3]).toBe('A "great"\nbook, no. 3')
  })
})
