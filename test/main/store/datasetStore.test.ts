import { readFile, readdir, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { preprocessingSchema, type DatasetInfo } from '../../../src/shared/dataset'
import { openDataset } from '../../../src/main/store/datasetStore'
import { DatasetWriter } from '../../../src/main/store/datasetWriter'
import { temporaryFolder } from '../../support/testFolder'

let folder: string
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'dataset')
})

function describe(count: number): DatasetInfo {
  return {
    version: 1,
    name: 'numbers',
    createdAt: '2026-01-01T00:00:00.000Z',
    sources: [],
    preprocessing: preprocessingSchema.parse({ width: 3, height: 2 }),
    count,
    width: 3,
    height: 2,
    channels: 1,
    labels: [],
    skipped: [],
  }
}

async function write(count: number, value: (i: number) => number): Promise<DatasetWriter> {
  const writer = await DatasetWriter.open(folder, 6)
  for (let i = 0; i < count; i++) {
    const item = { path: `${i}.png`, source: 0, label: null, width: 3, height: 2 }
    await writer.add(item, new Uint8Array(6).fill(value(i)))
  }
  return writer
}

it('reads any rows and all items', async () => {
  await (await write(1000, (i) => i % 256)).commit(describe(1000))
  const dataset = await openDataset(folder)
  const rows = new Uint8Array(20)
  await dataset.readRows(300, 3, rows)
  expect([...rows]).toEqual([...Array(6).fill(44), ...Array(6).fill(45), ...Array(6).fill(46), 0, 0])
  dataset.readRowsSync(999, 1, rows)
  expect([...rows.subarray(0, 7)]).toEqual([...Array(6).fill(999 % 256), 45])
  await expect(dataset.readRows(999, 2, rows)).rejects.toThrow(RangeError)
  const paths: string[] = []
  for await (const item of dataset.items()) paths.push(item.path)
  expect(paths).toEqual(Array.from({ length: 1000 }, (_, i) => `${i}.png`))
  await dataset.close()
})

it('holds the old dataset until the commit and after an abort', async () => {
  await (await write(3, () => 1)).commit(describe(3))
  const writer = await write(5, () => 2)
  const meanwhile = await openDataset(folder)
  expect(meanwhile.info.count).toBe(3)
  await meanwhile.close()
  await writer.abort()
  expect((await readdir(folder)).sort()).toEqual(['dataset.json', 'items.jsonl', 'pixels.u8'])
})

it('finishes a change that was interrupted between its renames', async () => {
  await (await write(5, () => 2)).commit(describe(5))
  const path = (name: string) => join(folder, name)
  // As after a crash when only the pixels had got their name.
  await rename(path('dataset.json'), path('dataset.json.commit'))
  await rename(path('items.jsonl'), path('items.jsonl.partial'))
  await writeFile(path('dataset.json'), JSON.stringify(describe(3)))
  await writeFile(path('items.jsonl'), 'old')
  const dataset = await openDataset(folder)
  expect(dataset.info.count).toBe(5)
  await dataset.close()
  expect((await readdir(folder)).sort()).toEqual(['dataset.json', 'items.jsonl', 'pixels.u8'])
  expect((await readFile(path('items.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(5)
})

it('says what is missing or damaged', async () => {
  await expect(openDataset(folder)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('no dataset'),
  })
  await (await write(3, () => 1)).commit(describe(3))
  await truncate(join(folder, 'pixels.u8'), 17)
  await expect(openDataset(folder)).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('17 bytes instead of 18'),
  })
  await writeFile(join(folder, 'pixels.u8'), new Uint8Array(18))
  await truncate(join(folder, 'items.jsonl'), 10)
  const dataset = await openDataset(folder)
  await expect(dataset.items().next()).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('Line 1'),
  })
  await dataset.close()
  await writeFile(join(folder, 'dataset.json'), '{"version": 2}')
  await expect(openDataset(folder)).rejects.toMatchObject({ code: 'bad-input' })
})
