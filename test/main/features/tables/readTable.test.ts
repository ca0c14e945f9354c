import { parquetWriteBuffer } from 'hyparquet-writer'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeTable } from '../../../../src/main/features/tables/importTable'
import { formatInWords, readTable } from '../../../../src/main/features/tables/readTable'
import { tableKindOf } from '../../../../src/main/features/tables/tableKind'
import { encodeNpy } from '../../../../src/main/store/npy'
import { packedParquet } from './packedParquet'
import { temporaryFolder } from '../../../support/testFolder'

async function file(content: string | Uint8Array, name = 'table.csv'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, content)
  return path
}

const take = async (content: string | Uint8Array, name?: string, choice = {}) =>
  takeTable(await readTable(await file(content, name)), choice)

/** Twelve rows of x, 2x and a gap in the fifth row, with what is between them and how numbers are written. */
function lines(between: string, decimal: string, gap: string): string[] {
  return Array.from({ length: 12 }, (_, i) => {
    const number = (value: number) => value.toFixed(2).replace('.', () => decimal)
    return [number(i * 1.25 + 0.5), i === 4 ? gap : number(2.5 * i), number((i * 7) % 5)].join(between)
  })
}

const layouts = [
  [
    'commas and a header',
    `a,b,c\n${lines(',', '.', '').join('\n')}`,
    'table.csv',
    'separated by commas, with a header',
  ],
  [
    'a spreadsheet of Germany',
    `\uFEFFa;b;c\r\n${lines(';', ',', 'k.A.').join('\r\n')}\r\n`,
    'table.csv',
    'separated by semicolons, decimal comma, with a header',
  ],
  [
    'tabs without a header',
    lines('\t', '.', 'NA').join('\n'),
    'table.tsv',
    'separated by tabs, without a header',
  ],
  [
    'runs of spaces',
    lines('   ', '.', '?')
      .map((line) => `  ${line}`)
      .join('\n'),
    'housing.data',
    'separated by spaces, without a header',
  ],
  [
    'quotes',
    `"a","b","c"\n${lines('","', '.', 'null')
      .map((line) => `"${line}"`)
      .join('\n')}`,
    'table.csv',
    'separated by commas, quoted, with a header',
  ],
  [
    'quoted decimal commas',
    `a,b,c\n${lines('","', ',', '')
      .map((line) => `"${line}"`)
      .join('\n')}`,
    'table.csv',
    'separated by commas, decimal comma, quoted, with a header',
  ],
  [
    'NumPy’s header',
    `# a b c\n${lines(' ', '.', 'nan').join('\n')}`,
    'table.txt',
    'separated by spaces, with a header',
  ],
] as const

describe('readTable', () => {
  it.each(layouts)('reads %s', async (_, text, name, words) => {
    const { info, values } = await take(text, name)
    expect(formatInWords(info.source)).toContain(words)
    expect(info).toMatchObject({ rows: 12, missing: 1, leftOut: [] })
    expect(info.columns.map(({ kind }) => kind)).toEqual(['number', 'number', 'number'])
    expect([...values.slice(0, 6)]).toEqual([0.5, 0, 0, 1.75, 2.5, 2])
    expect(values[13]).toBeNaN()
  })

  it('finds the index of R, and thousands that are set apart', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `"row ${i}" "1.00${i % 10},5" ${i}`)
    const { info, values } = await take(`"big" "small"\n${rows.join('\n')}`, 'r.txt')
    expect(info.leftOut).toMatchObject([{ name: '', reason: 'index' }])
    expect([...values.slice(0, 2)]).toEqual([1000.5, 0])
  })

  it('says what each column is, and what it leaves out', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [
      i + 1,
      `${i % 7}`,
      ['red', 'green', 'blue'][i % 3],
      `note ${i}`,
      `2020-01-${10 + (i % 20)} 0${i % 10}:00`,
      7,
      '',
      (i * 13) % 11,
      i === 0 ? 9000 : i % 9,
    ])
    const header = 'id,whole,colour,note,day,same,empty,label,heavy'
    const { info } = await take([header, ...rows.map((row) => row.join(','))].join('\n'), undefined, {
      leaveOut: ['label'],
    })
    expect(info.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['id', 'index'],
      ['note', 'text'],
      ['day', 'date'],
      ['same', 'constant'],
      ['empty', 'empty'],
      ['label', 'asked'],
    ])
    expect(info.columns).toMatchObject([
      { name: 'whole', kind: 'whole', scaling: 'standard' },
      { name: 'colour', kind: 'category', values: [{ name: 'blue' }, { name: 'green' }, { name: 'red' }] },
      { name: 'heavy', kind: 'whole', scaling: 'robust' },
    ])
  })

  it('reads Parquet, with missing values and texts', async () => {
    const x = Array.from({ length: 20 }, (_, i) => (i === 3 ? null : i / 4))
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'x', data: x, type: 'DOUBLE' },
        { name: 'n', data: x.map((_, i) => BigInt(i * i)), type: 'INT64' },
        { name: 'kind', data: x.map((_, i) => 'ab'[i % 2]!), type: 'STRING' },
      ],
    })
    const { info, values } = await take(new Uint8Array(bytes), 'table.parquet')
    expect(info.columns.map(({ kind }) => kind)).toEqual(['number', 'whole', 'category'])
    expect([...values.slice(3, 6)]).toEqual([0.25, 1, 1])
    expect(values[9]).toBeNaN()
  })

  it.each(['zstd', 'lz4'] as const)('reads Parquet that is packed by %s', async (codec) => {
    const { info, values } = await take(Buffer.from(packedParquet[codec], 'base64'), 'table.parquet')
    expect(info).toMatchObject({ rows: 40, missing: 1 })
    expect(info.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['x', 'number'],
      ['n', 'whole'],
      ['kind', 'category'],
    ])
    expect([values[3 * 12 + 1], values[3 * 39 + 1]]).toEqual([(12 * 12) % 97, (39 * 39) % 97])
    expect(values[3 * 7]).toBeNaN()
  })

  it('reads arrays of NumPy', async () => {
    const data = Float32Array.from({ length: 40 }, (_, i) => (i === 5 ? NaN : Math.sin(i)))
    const { info, values } = await take(encodeNpy({ shape: [20, 2], data }), 'table.npy')
    expect(info).toMatchObject({ rows: 20, missing: 1, source: { format: 'npy', named: false } })
    expect(values[6]).toBe(data[6])
    const images = await file(encodeNpy({ shape: [2, 28, 28], data: new Uint8Array(2 * 784) }), 'images.npy')
    await expect(readTable(images)).rejects.toThrow('holds an array of 2 × 28 × 28, and a table has two axes')
  })

  it.each([
    ['inches', (x: number) => `${x},5" pipe,${2 * x}`, '\n', 'x,what,y'],
    ['one inch', (x: number) => `${x},${x === 6.5 ? '5" pipe' : 'pipe'},${2 * x}`, '\n', 'x,what,y'],
    ['a break within quotes', (x: number) => `${x},"a ""pipe"",\nlong",${2 * x}`, '\n', 'x,what,y'],
    ['ends of lines of old Macs', (x: number) => `${x},a,${2 * x}`, '\r', 'x,what,y'],
    ['a comma behind each row', (x: number) => `${x},a,${2 * x},`, '\r\n', 'x,what,y'],
  ])('is not confused by %s', async (_, row, ending, header) => {
    const rows = Array.from({ length: 12 }, (_row, i) => row(i + 0.5))
    const { info, values } = await take([header, ...rows].join(ending))
    expect(info).toMatchObject({ rows: 12, missing: 0 })
    expect(info.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(['x', 'y']))
    const [x, y] = ['x', 'y'].map((name) => info.columns.findIndex((column) => column.name === name))
    const wide = info.columns.length
    expect([values[5 * wide + x!], values[5 * wide + y!]]).toEqual([5.5, 11])
  })

  it('scales numbers whose squares are too large or too small', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i}e200,${i}e-200`)
    const { info } = await take(`a,b\n${rows.join('\n')}`)
    expect(info.columns[0]!.deviation / 1e200).toBeCloseTo(3.452)
    expect(info.columns[1]!.deviation * 1e200).toBeCloseTo(3.452)
  })

  it.each([
    ['a spreadsheet', 'PK\u0003\u0004', 'is a file of Excel. Save it there as CSV', 'table.xlsx'],
    ['texts alone', 'name,city\n' + 'ann,rome\nbob,oslo\ncy,kyiv\n'.repeat(9), 'holds no column of numbers'],
    [
      'ragged rows',
      'a,b,c\n1,2,3\n4,5,6,7\n6,7,8\n9,1,2,3\n1,2,3\n',
      'line 3 has another number of cells than the others, 4 and not 3',
    ],
    ['one row', 'a,b,c\n1,2,3\n', 'holds too few rows: 1, and training needs at least 10'],
    [
      'one column',
      'a\n' + Array.from({ length: 20 }, (_, i) => i * i).join('\n'),
      'has only one column that can be used, a',
    ],
    ['nothing', '', 'it is empty'],
    ['no text', '1,2\n\0\n', 'it is no text'],
  ])('refuses %s in a sentence', async (_, text, words, name = 'table.csv') => {
    const path = await file(text, name)
    await expect(
      tableKindOf(path, name === 'table.csv' ? 'table' : undefined).then(() => take(text)),
    ).rejects.toThrow(words)
  })

  it('knows ratings from tables', async () => {
    expect(await tableKindOf(await file('userId,itemId,rating\n1,2,3\n', 'r.csv'))).toBe('ratings')
    expect(await tableKindOf(await file('a,b,c\n1,2,3\n', 't.csv'))).toBe('table')
    expect(await tableKindOf(await file('userId,itemId,rating\n1,2,3\n', 'r.csv'), 'table')).toBe('table')
    expect(await tableKindOf(await file('x', 'x.png'))).toBeNull()
  })
})
