import { chmod, mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { CancelledError } from '../../../../src/shared/errors'
import { openDataset } from '../../../../src/main/store/datasetStore'
import { greyPng } from '../../../support/imageBytes'
import { importAndRead, preprocess } from '../../../support/importing'
import { outputOf, runModule } from '../../../support/moduleProcess'
import { temporaryFolder } from '../../../support/testFolder'

let folder: string
let out: string
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'photos')
  out = join(await temporaryFolder(), 'dataset')
  await mkdir(folder)
})

const tiny = { width: 2, height: 2 }

/** A grey image of one value. */
async function put(name: string, value: number, side = 2): Promise<void> {
  await writeFile(join(folder, name), greyPng(side, side, 8, Buffer.alloc(side * side, value)))
}

async function snapshot(): Promise<Record<string, string>> {
  const names = (await readdir(out)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'latin1')])),
  )
}

describe('importing again', () => {
  it('redoes only what changed', async () => {
    for (let i = 0; i < 12; i++) await put(`${i}.png`, i)
    const first = await importAndRead({ sources: [folder], out }, tiny)
    expect(first).toMatchObject({ decoded: 12, reused: 0 })
    await put('3.png', 103)
    await utimes(join(folder, '3.png'), 1e9, 1e9)
    await put('2b.png', 102)
    await rm(join(folder, '7.png'))
    const second = await importAndRead({ sources: [folder], out }, tiny)
    expect(second).toMatchObject({ decoded: 2, reused: 10 })
    expect(second.items.map((item) => second.rowOf(item.path)[0])).toEqual([
      0, 1, 2, 102, 103, 4, 5, 6, 8, 9, 10, 11,
    ])
    const other = await importAndRead({ sources: [folder], out }, { width: 3, height: 3 })
    expect(other).toMatchObject({ decoded: 12, reused: 0 })
  })

  it('takes patches over as well', async () => {
    for (let i = 0; i < 3; i++) await put(`${i}.png`, i, 6)
    const settings = { ...tiny, patches: { mode: 'grid' } } as const
    const first = await importAndRead({ sources: [folder], out }, settings)
    await put('1.png', 101, 8)
    const second = await importAndRead({ sources: [folder], out }, settings)
    expect(second).toMatchObject({ decoded: 1, reused: 2 })
    expect(second.info.count).toBe(9 + 16 + 9)
    expect(second.items.slice(25)).toEqual(first.items.slice(18))
    expect([...second.pixels.subarray(100)]).toEqual([...first.pixels.subarray(72)])
  })
})

describe('stopping', () => {
  it('leaves the old dataset as it was', async () => {
    for (let i = 0; i < 50; i++) await put(`${i}.png`, i)
    await importAndRead({ sources: [folder], out }, tiny)
    const before = await snapshot()
    await put('51.png', 51)
    const controller = new AbortController()
    const stopping = importAndRead(
      {
        sources: [folder],
        out,
        signal: controller.signal,
        onProgress: ({ phase }) => phase === 'reading' && controller.abort(),
      },
      { width: 3, height: 3 },
    )
    await expect(stopping).rejects.toThrow(CancelledError)
    expect(await snapshot()).toEqual(before)
  })

  it('leaves nothing where nothing was', async () => {
    for (let i = 0; i < 50; i++) await put(`${i}.png`, i)
    const nested = join(out, 'new', 'dataset')
    const controller = new AbortController()
    const onProgress = () => controller.abort(new CancelledError('Interrupted.'))
    const stopping = importAndRead(
      { sources: [folder], out: nested, signal: controller.signal, onProgress },
      tiny,
    )
    await expect(stopping).rejects.toMatchObject({
      name: 'CancelledError',
      message: expect.stringContaining('same command'),
    })
    await expect(readdir(out)).rejects.toThrow('ENOENT')
  })
})

const importInChild = (settings: object) => `
  const { importDataset } = await load('src/main/features/datasets/importDataset.ts')
  const preprocessing = ${JSON.stringify(preprocess(settings))}
  const request = { sources: [${JSON.stringify(folder)}], out: ${JSON.stringify(out)}, preprocessing }
  const onProgress = ({ phase }) => phase === 'reading' && console.log('reading')
  console.log(await importDataset({ ...request, onProgress }).then(() => 'done', (error) => error.code ?? error.stack))`

describe.skipIf(process.platform === 'win32')('in a process of its own', () => {
  it('leaves the old dataset when it is killed, and the next import is whole', async () => {
    for (let i = 0; i < 600; i++) await put(`${i}.png`, i % 256)
    const old = await importAndRead({ sources: [folder], out }, { ...tiny, limit: 5 })
    const child = runModule(importInChild({ width: 64, height: 64 }))
    child.stdout.once('data', () => child.kill('SIGKILL'))
    expect(await outputOf(child)).not.toContain('done')
    const dataset = await openDataset(out)
    expect(dataset.info).toEqual(old.info)
    await dataset.close()
    const next = await importAndRead({ sources: [folder], out }, tiny)
    expect(next.info.count).toBe(600)
    expect((await readdir(out)).sort()).toEqual(['dataset.json', 'items.jsonl', 'pixels.u8'])
  })

  it('says that the disk is full and leaves nothing', async () => {
    for (let i = 0; i < 40; i++) await put(`${i}.png`, i)
    // A limit on the size of files, in KiB, stands in for a small disk.
    const output = await outputOf(runModule(importInChild({ width: 256, height: 256 }), '-f 1024'))
    expect(output).toContain('disk-full')
    await expect(readdir(out)).rejects.toThrow('ENOENT')
  })
})

describe('places', () => {
  it('does not write among the images or over anything else', async () => {
    await put('1.png', 1)
    for (const place of [folder, join(folder, 'new')]) {
      await expect(importAndRead({ sources: [folder], out: place })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('among the images'),
      })
    }
    await mkdir(out)
    await writeFile(join(out, 'thesis.doc'), 'precious')
    await expect(importAndRead({ sources: [folder], out })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(importAndRead({ sources: [folder], out: join(out, 'thesis.doc') })).rejects.toMatchObject({
      code: 'bad-input',
    })
    expect(await readdir(out)).toEqual(['thesis.doc'])
    expect(await readdir(folder)).toEqual(['1.png'])
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'says where rights are missing',
    async () => {
      await put('1.png', 1)
      await put('2.png', 2)
      await chmod(join(folder, '2.png'), 0)
      const { info } = await importAndRead({ sources: [folder], out }, tiny)
      expect(info.skipped).toEqual([{ path: '2.png', reason: expect.stringContaining('No permission') }])
      await chmod(folder, 0)
      await expect(importAndRead({ sources: [folder], out })).rejects.toMatchObject({ code: 'no-access' })
      await chmod(folder, 0o700)
    },
  )
})
