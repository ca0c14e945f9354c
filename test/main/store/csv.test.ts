import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeBatch, readCodesCsv, writeCodesCsv } from '../../../src/main/store/csv'
import { ExpectedError } from '../../../src/shared/errors'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'csv-'))))
afterAll(() => rm(folder, { recursive: true }))

async function read(text: string) {
  const path = join(folder, 'in.csv')
  await writeFile(path, text)
  return readCodesCsv(path)
}

describe('writeCodesCsv', () => {
  const batches: CodeBatch[] = [
    { items: [{ path: 'a/1.png', label: 'a' }], codes: new Float32Array([0.1, -2]) },
    {
      items: [
        { path: 'b, "c".png', label: 'line\nbreak' },
        { path: 'd.png', label: null },
      ],
      codes: new Float32Array([1 / 3, 1e-7, 3.4028235e38, 16777217]),
    },
  ]

  it('quotes as RFC 4180 says and writes no more digits than a float32 has', async () => {
    const path = join(folder, 'out.csv')
    await writeCodesCsv(path, 2, batches)
    expect(await readFile(path, 'utf8')).toBe(
      [
        'path,label,z0,z1',
        'a/1.png,a,0.1,-2',
        '"b, ""c"".png","line\nbreak",0.333333343,1e-7',
        'd.png,,3.40282347e+38,16777216',
        '',
      ].join('\r\n'),
    )
  })

  it('comes back as it went, bit for bit', async () => {
    const path = join(folder, 'out.csv')
    await writeCodesCsv(path, 2, batches)
    expect(await readCodesCsv(path)).toEqual({
      count: 3,
      dimensions: 2,
      codes: new Float32Array([0.1, -2, 1 / 3, 1e-7, 3.4028235e38, 16777217]),
      paths: ['a/1.png', 'b, "c".png', 'd.png'],
      labels: ['a', 'line\nbreak', ''],
    })
  })

  it('brings many random float32 back', async () => {
    const path = join(folder, 'many.csv')
    const bits = Uint32Array.from({ length: 20_000 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 0)
    const codes = new Float32Array(bits.buffer).map((value) => (Number.isFinite(value) ? value : 0))
    const items = Array.from({ length: 10_000 }, (_, i) => ({ path: `${i}.png`, label: null }))
    await writeCodesCsv(path, 2, [{ items, codes }])
    expect((await readCodesCsv(path)).codes).toEqual(codes)
  })

  it('leaves nothing behind when its batches fail', async () => {
    async function* failing(): AsyncGenerator<CodeBatch> {
      yield batches[0]!
      throw new Error('the worker died')
    }
    const empty = await mkdtemp(join(folder, 'empty-'))
    await expect(writeCodesCsv(join(empty, 'codes.csv'), 2, failing())).rejects.toThrow('the worker died')
    expect(await readdir(empty)).toEqual([])
  })
})

describe('readCodesCsv', () => {
  const bare = { count: 2, dimensions: 2, codes: new Float32Array([1, 2, 3, 4]), paths: null, labels: null }

  it.each([
    ['numbers alone', '1,2\n3,4\n'],
    ['no line break at the end', '1,2\n3,4'],
    ['a header of any names', 'x,y\n1,2\n3,4\n'],
    ['blank lines and spaces', '\n 1 , 2\n\n3,4\n\n'],
    ['Windows line ends and a byte order mark', '\ufeffz0,z1\r\n1,2\r\n3,4\r\n'],
    ['quoted numbers', '"1","2"\n"3","4"\n'],
  ])('takes %s', async (_, text) => expect(await read(text)).toEqual(bare))

  it('takes labels that are numbers, and columns in any order', async () => {
    expect(await read('z0,Label,z1\n1,7,2\n3,8,4\n')).toEqual({ ...bare, labels: ['7', '8'] })
  })

  it.each([
    ['a word', 'z0,z1\n1,2\n3,four\n', 'line 3 has "four" where a number belongs'],
    ['an empty value', 'z0,z1\n1,\n', 'line 2 has ""'],
    ['an infinity', '1,2\nInfinity,1\n', 'line 2 has "Infinity"'],
    ['paths without a header', 'a.png,1\n', 'line 1 has "a.png"'],
    ['a short line', '1,2\n3\n', 'on line 2'],
    ['an open quote', '1,"2\n', 'Quote'],
    ['nothing', '', 'it holds no codes'],
    ['a header alone', 'z0,z1\n', 'it holds no codes'],
  ])('refuses %s in a sentence', async (_, text, sentence) => {
    const refusal = await read(text).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ExpectedError)
    expect(refusal).toMatchObject({ code: 'bad-input', message: expect.stringContaining(sentence) })
  })

  it('says that a file is missing', async () => {
    await expect(readCodesCsv(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'not-found' })
  })
})
