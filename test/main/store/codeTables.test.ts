import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCodesCsv, writeCodesCsv } from '../../../src/main/store/csv'
import { folderOfFile } from '../../support/testFolder'

let folder: string
beforeAll(async () => void (folder = await folderOfFile()))

async function read(text: string) {
  const path = join(folder, 'in.csv')
  await writeFile(path, text)
  const { codes, dimensions, paths, labels } = await readCodesCsv(path)
  return { codes: [...codes], dimensions, paths, labels }
}

describe('codes that other programs wrote', () => {
  it.each([
    ['an index in front, as pandas writes it', ',path,label,z0,z1\n0,a.png,a,0.5,2\n1,b.png,b,1,-3\n'],
    ['the same, saved twice', 'Unnamed: 0,path,label,z0,z1\n0,a.png,a,0.5,2\n1,b.png,b,1,-3\n'],
    ['decimal commas, as spreadsheets write them', 'path;label;z0;z1\r\na.png;a;0,5;2\r\nb.png;b;1;-3,0\r\n'],
    ['semicolons and decimal points', 'path;label;z0;z1\na.png;a;0.5;2\nb.png;b;1;-3\n'],
  ])('%s', async (_, text) => {
    expect(await read(text)).toEqual({
      ...{ codes: [0.5, 2, 1, -3], dimensions: 2 },
      ...{ paths: ['a.png', 'b.png'], labels: ['a', 'b'] },
    })
  })

  it('numbers alone, with an index and numbered columns, or with decimal commas and no header', async () => {
    expect(await read(',0,1\n0,0.5,2\n1,1,-3\n')).toMatchObject({ codes: [0.5, 2, 1, -3], paths: null })
    expect(await read('0,5;2\n1;-3,25\n')).toMatchObject({ codes: [0.5, 2, 1, -3.25], dimensions: 2 })
  })

  it('names the line of a word among many, and not what that did to the reader', async () => {
    const lines = Array.from({ length: 22 }, (_, i) => (i === 1 ? 'b.png,,x,1' : `${i}.png,,1,2`))
    await expect(read(['path,label,z0,z1', ...lines].join('\n'))).rejects.toThrow(
      'line 3 has "x" where a number belongs',
    )
  })
})

it('a path or a label that looks like a formula is a text for spreadsheets, and comes back as it was', async () => {
  const names = ['=cmd|1', '+1', '-x', '@a', "'=quoted", "it's", "''@", 'plain']
  const path = join(folder, 'out.csv')
  const items = names.map((name) => ({ path: name, label: name }))
  await writeCodesCsv(path, 1, [{ items, codes: new Float32Array(names.length) }])
  const text = await readFile(path, 'utf8')
  expect(text).not.toMatch(/(^|,)[=+@]/m)
  expect(text).toContain("'=cmd|1,'=cmd|1,0")
  expect(await readCodesCsv(path)).toMatchObject({ paths: names, labels: names })
})
