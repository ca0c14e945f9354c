import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomStream } from '../../../src/main/engine/training/random'
import { hourglass, records } from '../../support/commandLine'
import { hasPeersPython, runPython } from '../../support/peersPython'
import { folderOfFile } from '../../support/testFolder'

let folder: string
let run: string
let table: string

/** Height in cm, weight and price that follow from it, a colour that follows from the price; semicolons and decimal commas. */
function lines(seed: number, rows: number): string[] {
  const random = randomStream(seed)
  const comma = (value: number, digits: number) => value.toFixed(digits).replace('.', () => ',')
  return Array.from({ length: rows }, (_, i) => {
    const height = 175 + 9 * random.normal()
    const weight = height - 100 + 2 * random.normal()
    const price = 1000 + 20 * weight + 10 * random.normal()
    const isGone = () => random.uniform() < 0.1
    return [
      `P-${i}`,
      comma(height, 1),
      isGone() ? '' : comma(weight, 2),
      isGone() ? 'NA' : String(Math.round(price)),
      isGone() ? '?' : price > 2500 ? 'grün' : 'rot',
      `"so; und ${i}"`,
    ].join(';')
  })
}

const csv = (rows: readonly string[]) => `id;Größe;Gewicht;Preis;Farbe;Text\r\n${rows.join('\r\n')}\r\n`

beforeAll(async () => {
  folder = await folderOfFile()
  run = join(folder, 'run')
  table = join(folder, 'people.csv')
  await writeFile(table, Buffer.from(csv(lines(1, 150)), 'latin1'))
})

describe('hourglass on tables', () => {
  it('trains, and says what the file was taken for and how good it is', async () => {
    const said = await hourglass('train', table, '--out', run, '--epochs', '5')
    expect(said).toMatchObject({ code: 0 })
    expect(said.stdout).toContain(
      'separated by semicolons, decimal comma, quoted, in the code page of Windows (1252), with a header',
    )
    expect(said.stdout).toContain(
      'Left out: id (it only numbers or names the rows), Text (text, 150 different values).',
    )
    expect(said.stdout).toContain('Category with one input for each value: Farbe (')
    expect(said.stdout).toContain('RMSE of hidden cells')
  }, 120_000)

  it('measures another table column by column, beside PCA and the mean', async () => {
    const other = join(folder, 'others.csv')
    await writeFile(other, csv(lines(2, 80)))
    const done = records(await hourglass('evaluate', run, other, '--json')).at(-1) as {
      rows: number
      hidden: {
        columns: { name: string; model: { rmse: number; r2: number }; pca: object; mean: { rmse: number } }[]
      }
    }
    expect(done.rows).toBe(80)
    const price = done.hidden.columns.find(({ name }) => name === 'Preis')!
    expect(price.model.rmse).toBeLessThan(0.6 * price.mean.rmse)
    expect(price.model.r2).toBeGreaterThan(0.6)
  }, 60_000)

  it('fills in what is missing, and changes nothing else', async () => {
    const out = join(folder, 'filled.csv')
    const said = await hourglass('fill', run, table, '--out', out, '--json')
    const [before, after] = await Promise.all(
      [table, out].map(async (path) => (await readFile(path, 'latin1')).split('\r\n')),
    )
    expect(after).toHaveLength(before!.length)
    let filled = 0
    before!.forEach((line, i) => {
      const [old, made] = [line.split(';'), after![i]!.split(';')]
      old.forEach((cell, c) => {
        if (!['', 'NA', '?'].includes(cell)) return expect(made[c]).toBe(cell)
        if (old.length === 1) return
        filled++
        expect(made[c]).toMatch([/^$/, /^$/, /^\d+,\d\d$/, /^\d+$/, /^(grün|rot)$/][c]!)
      })
    })
    expect(records(said).at(-1)).toMatchObject({ cells: filled, rows: 150 })
    expect(await hourglass('fill', run, table, '--out', table)).toMatchObject({ code: 2 })
  }, 60_000)

  it('fills rows that lack cells at their end, in UTF-16, and keeps titles and blank rows', async () => {
    const rows = lines(4, 40).map((line) => line.slice(0, line.indexOf(';"')))
    rows[5] = 'P-5;175,0;75,00'
    rows[6] = 'P-6;175,0;75,00;2500;rot;;;'
    rows.splice(10, 0, ';;;;;', 'Süden')
    const text = `\uFEFF${csv(rows)}`
    const [from, out] = [join(folder, 'wide.csv'), join(folder, 'wide-filled.csv')]
    await writeFile(from, Buffer.from(text, 'utf16le').swap16())
    expect(await hourglass('fill', run, from, '--out', out)).toMatchObject({ code: 0 })
    const made = (await readFile(out)).swap16().toString('utf16le').split('\r\n')
    expect(made).toHaveLength(rows.length + 2)
    expect(made[0]).toBe(text.split('\r\n')[0])
    expect(made[6]).toMatch(/^P-5;175,0;75,00;\d+;(grün|rot);$/)
    expect(made.slice(7, 8)).toEqual(rows.slice(6, 7))
    expect(made.slice(11, 13)).toEqual([';;;;;', 'Süden'])
  }, 60_000)

  it('finds odd rows, worst first, and says which cell is odd', async () => {
    const odd = lines(3, 40)
    odd[17] = 'P-17;175,0;175,00;2500;rot;x'
    const target = join(folder, 'odd.csv')
    await writeFile(target, csv(odd))
    const out = join(folder, 'scores.csv')
    const rows = records(await hourglass('anomalies', run, target, '--out', out, '--json'))
    expect(rows[0]).toMatchObject({ type: 'row', row: 18, name: 'P-17', odd: true })
    expect((await readFile(out, 'utf8')).split('\r\n')[0]).toBe(
      'row,name,score,odd,worst column,error of Größe,error of Gewicht,error of Preis,error of Farbe',
    )
  }, 60_000)

  it('writes codes, and refuses what does not go together', async () => {
    const out = join(folder, 'codes.csv')
    expect(await hourglass('encode', run, table, '--out', out)).toMatchObject({ code: 0 })
    expect((await readFile(out, 'utf8')).split('\r\n')[1]).toMatch(/^P-0,,-?\d/)
    const images = await hourglass('train', table, '--out', join(folder, 'x'), '--size', '28')
    expect(images).toMatchObject({ code: 2, stderr: expect.stringContaining('this is a table') as string })
    const other = join(folder, 'other.csv')
    await writeFile(other, 'a,b\n1,2\n3,4\n')
    const unknown = await hourglass('evaluate', run, other)
    expect(unknown).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('none of the columns') as string,
    })
  }, 60_000)

  it.skipIf(!hasPeersPython('onnxruntime', 'numpy'))(
    'is the same in ONNX Runtime, from raw columns to raw columns',
    async () => {
      const exported = join(folder, 'exported')
      expect(await hourglass('export', run, '--out', exported)).toMatchObject({ code: 0 })
      const program = `
import json, sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
columns = json.loads(session.get_modelmeta().custom_metadata_map["columns"])
rows = numpy.full((1, len(columns)), numpy.nan, dtype=numpy.float32)
rows[0, 0] = 175
print(json.dumps([columns, session.run(["filled"], {"rows": rows})[0][0].tolist()]))`
      const [columns, filled] = JSON.parse(await runPython(program, join(exported, 'model.onnx'))) as [
        string[],
        number[],
      ]
      expect(columns.slice(0, 3)).toEqual(['Größe', 'Gewicht', 'Preis'])
      const one = join(folder, 'one.csv')
      await writeFile(one, csv(['x;175,0;;;;y']))
      const out = join(folder, 'one-filled.csv')
      await hourglass('fill', run, one, '--out', out, '--no-round')
      const cells = (await readFile(out, 'utf8')).split('\r\n')[1]!.split(';')
      expect(Number(cells[2]!.replace(',', '.'))).toBeCloseTo(filled[1]!, 1)
      expect(Math.abs(Number(cells[3]!.replace(',', '.')) - filled[2]!)).toBeLessThan(2)
    },
    60_000,
  )

  it('takes prices and shares for numbers, and fills them in as they are written', async () => {
    const file = join(folder, 'shop.csv')
    const rows = Array.from({ length: 60 }, (_, i) => {
      const price = 900 + ((i * 37) % 60) * 10
      const shown = `"$${price > 999 ? `1,${String(price - 1000).padStart(3, '0')}` : price}.50"`
      return [`thing ${i}`, i === 7 ? '' : shown, i === 9 ? 'n.a.' : `${price / 10 - 80} %`, price / 2]
    })
    const text = `sep=,\nitem,price,share,weight\n${rows.map((row) => row.join(',')).join('\n')}\nTotal,,,42000\n`
    await writeFile(file, text)
    const said = await hourglass('train', file, '--out', join(folder, 'shop'), '--epochs', '3')
    expect(said.stdout).toContain('Numbers with a unit: price ($), share (%).')
    expect(said.stdout).toContain('Rows at the end that sum up the others are left out: Total.')
    const out = join(folder, 'shop-filled.csv')
    expect((await hourglass('fill', join(folder, 'shop'), file, '--out', out)).code).toBe(0)
    const [before, after] = [text.split('\n'), (await readFile(out, 'utf8')).split('\n')]
    expect(after.filter((line, i) => line !== before[i])).toEqual([
      expect.stringMatching(/^thing 7,"?\$(\d,)?\d{3}\.\d+"?,29 %,545$/),
      expect.stringMatching(/^thing 9,"\$1,\d+\.50",-?\d+ %,\d+$/),
    ])
  }, 60_000)
})
