import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isDate, marksOf, measuredIn } from '../../../../src/main/store/cellText'
import { takeTable } from '../../../../src/main/features/tables/importTable'
import { readTable } from '../../../../src/main/features/tables/readTable'
import { temporaryFolder } from '../../../support/testFolder'

async function take(content: string | Uint8Array, choice = {}) {
  const path = join(await temporaryFolder(), 'table.csv')
  await writeFile(path, content)
  return takeTable(await readTable(path), choice)
}

const count = 24
const rows = (one: (i: number) => string) => Array.from({ length: count }, (_, i) => one(i)).join('\n')
/** A number that depends on its row in no simple way. */
const spread = (i: number) => (i * 7) % 13
const columnsOf = (info: Awaited<ReturnType<typeof take>>['info']) =>
  info.columns.map(({ name, kind, min, max }) => [name, kind, min, max])

describe('a number with something around it', () => {
  it.each([
    ['$1,234.50', 1234.5, '$', ''],
    ['-$3.10', -3.1, '$', ''],
    ['$-3.10', -3.1, '$', ''],
    ['($3.10)', -3.1, '$', ''],
    ['US$ 12', 12, 'US$ ', ''],
    ['12 %', 12, '', ' %'],
    ['\u22124.5', -4.5, '', ''],
    ["1'234.50", 1234.5, '', ''],
    ['1\u202f234.5 kg', 1234.5, '', ' kg'],
    ['36 months', 36, '', ' months'],
    ['90 km/h', 90, '', ' km/h'],
  ])('%s', (cell, value, before, after) => {
    const raw = Buffer.from(cell).toString('latin1')
    expect(measuredIn(raw, { decimal: '.', grouped: true })).toMatchObject({ value, unit: { before, after } })
  })

  it.each(['A12', 'item 3', '10:30', '12-15', '1 2', '5 (about)', '3 of 4 days', '(3', '--3', '1.2.3', '$'])(
    'is none in %s',
    (cell) => expect(measuredIn(cell, { decimal: '.', grouped: true })).toBeNull(),
  )

  it('tells a decimal comma in front of a unit', () => {
    expect(marksOf(['1.234,50 EUR', '12,5 EUR', '987,00 EUR'], ';')).toEqual({ decimal: ',', grouped: true })
  })
})

it.each([
  '2024-01-05',
  '05.01.2024',
  '1/5/24 10:30 PM',
  '05-Jan-2024',
  'Jan 5, 2024',
  '5. März 2024',
  '10:30',
  'Mar 2024',
])('takes %s for a date', (cell) => expect(isDate(cell)).toBe(true))
it.each(['1.5', '12', 'May', 'Janet 5', '1-2', 'A-12-3'])('takes %s for none', (cell) =>
  expect(isDate(cell)).toBe(false),
)

describe('a table of strangers', () => {
  it('has prices, shares and weights, and says so', async () => {
    const { info, values } = await take(
      `item,price,share,weight\n${rows((i) => `thing ${i},"$${i > 3 ? `1,${100 + i}` : 100 + i}.50",${spread(i)} %,${i === 5 ? '' : `${spread(i) / 2} kg`}`)}\n`,
    )
    expect(columnsOf(info)).toEqual([
      ['price', 'number', 100.5, 1123.5],
      ['share', 'whole', 0, 12],
      ['weight', 'number', 0, 6],
    ])
    expect(info.columns.map(({ unit }) => unit)).toEqual([
      { before: '$', after: '' },
      { before: '', after: ' %' },
      { before: '', after: ' kg' },
    ])
    expect([...values.subarray(12, 15)]).toEqual([1104.5, spread(4), spread(4) / 2])
  })

  it('is of Germany, in the code page of Windows', async () => {
    const text = `Preis;Anteil\n${rows((i) => `${i > 9 ? `1.0${i}` : i},5${i % 10} \u20ac;${spread(i)},25 %`)}\n`
    const bytes = Uint8Array.from(text, (sign) => (sign === '\u20ac' ? 0x80 : sign.charCodeAt(0)))
    const { info } = await take(bytes)
    expect(info.columns.map(({ name, max, unit }) => [name, max, unit!.after])).toEqual([
      ['Preis', 1023.53, ' \u20ac'],
      ['Anteil', 12.25, ' %'],
    ])
  })

  it('keeps categories that only look like numbers with a unit', async () => {
    const { info } = await take(
      `size,x\n${rows((i) => `${['10 mm', '2 inch', 'round'][i % 3]},${spread(i)}`)}\n`,
    )
    expect(info.columns[0]).toMatchObject({ kind: 'category' })
    expect(info.columns[0]!.values.map(({ name }) => name).sort()).toEqual(['10 mm', '2 inch', 'round'])
  })

  it('begins with what Excel writes, or with a title, and ends with sums and a note', async () => {
    const body = `a;b\n${rows((i) => `${i}.5;${spread(i)}`)}\n`
    const { info } = await take(`sep=;\n${body}`)
    expect(columnsOf(info)).toEqual([
      ['a', 'number', 0.5, 23.5],
      ['b', 'whole', 0, 12],
    ])
    const three = `year,a,b\n${rows((i) => `${1990 + spread(i)},${i}.5,${spread(i + 3)}`)}\n`
    const ended = await take(`Sales\nMay 2024\n\n${three}Total,276.5,140\n\nSource: the office\n`)
    expect(ended.info).toMatchObject({ rows: count, source: { notes: 3, summaries: ['Total'] } })
    const among = await take(`${three.replace('\n1990', '\nTotal')}`)
    expect(among.info).toMatchObject({ rows: count, source: { notes: 0, summaries: [] } })
  })

  it('writes a number where there is none, and says so only where that is beyond doubt', async () => {
    const text = `a,b,c\n${rows((i) => `${i % 4 === 0 ? -999 : i},${i % 4 === 1 ? 99 : spread(i) - 6},${spread(i) - 1}`)}\n`
    const { info, values } = await take(text)
    expect(
      info.columns.map(({ missingCode, missing, min, max }) => [missingCode, missing, min, max]),
    ).toEqual([
      [-999, 6, 1, 23],
      [99, 6, -6, 6],
      [undefined, 0, -1, 11],
    ])
    expect(values[0]).toBeNaN()
  })

  it('has years for names, numbers of orders that are too long, and days', async () => {
    const { info } = await take(
      `country,2001,2002,orderId,number,day\n${rows((i) => `C${i},${spread(i)},${i / 4},${5000 + i * 3},${4e17 + 512 * i},${i % 2 ? '05-Jan-2024' : '06-Feb-2024'}`)}\n`,
    )
    expect(info.columns.map(({ name }) => name)).toEqual(['2001', '2002'])
    expect(info.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['country', 'text'],
      ['orderId', 'index'],
      ['number', 'index'],
      ['day', 'date'],
    ])
  })

  it('has many columns, and columns of one name', async () => {
    const wide = Array.from({ length: 5000 }, (_, c) => `g${c % 4000}`).join(',')
    const { info } = await take(
      `${wide}\n${rows((i) => Array.from({ length: 5000 }, (_, c) => spread(i + c)).join(','))}\n`,
    )
    expect(info.columns).toHaveLength(5000)
    expect(info.columns[4000]!.name).toBe('g0.2')
  })
})

it('knows the strange words for what is missing', async () => {
  const words = ['n.a.', '\u2014', '#REF!', 'N/A', '..', 'NULL']
  const { info } = await take(`a,b\n${rows((i) => `${2 * i}.5,${words[i] ?? spread(i)}`)}\n`)
  expect(info.columns[1]).toMatchObject({ missing: 6, unreadable: 0 })
  expect(await readFile(info.source.file, 'utf8')).toContain('#REF!')
})
