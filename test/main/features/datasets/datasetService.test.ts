import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { preprocessingSchema } from '../../../../src/shared/dataset'
import { makeImages } from '../../../e2e/support/images'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let app: App
beforeEach(async () => {
  home = await temporaryFolder()
  app = await openTestApp(home)
})
afterEach(() => app.close())

const preprocessing = preprocessingSchema.parse({})

async function settled(job: string): Promise<{ state: string; error: string | null }> {
  for (;;) {
    const found = (await app.handlers['jobs.list']({})).items.find(({ id }) => id === job)!
    if (found.state !== 'running' && found.state !== 'waiting') return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function imported(folder: string, name?: string): Promise<string> {
  const { place } = await app.places.add(folder)
  const { id, job } = await app.handlers['datasets.import']({ places: [place], preprocessing, name })
  expect(await settled(job)).toMatchObject({ state: 'done' })
  return id
}

describe('datasets', () => {
  it('is there at once, and gone again when nothing comes of it', async () => {
    await mkdir(join(home, 'empty'))
    const { place } = await app.places.add(join(home, 'empty'))
    const { id, job } = await app.handlers['datasets.import']({ places: [place], preprocessing })
    expect((await app.handlers['datasets.list']({})).items).toMatchObject([{ id, state: 'importing' }])
    expect(await settled(job)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('There is no image'),
    })
    expect((await app.handlers['datasets.list']({})).items).toEqual([])
    expect(await readdir(join(home, 'library', 'datasets'))).toEqual([])
  })

  it('imports one after the other, and cancels one that waits', async () => {
    await makeImages(join(home, 'shapes'), 60)
    const { place } = await app.places.add(join(home, 'shapes'))
    const [a, b, c] = await Promise.all(
      [1, 2, 3].map(() => app.handlers['datasets.import']({ places: [place], preprocessing })),
    )
    await app.handlers['jobs.cancel']({ id: b!.job })
    expect(await settled(a!.job)).toMatchObject({ state: 'done' })
    expect(await settled(b!.job)).toMatchObject({ state: 'cancelled', error: null })
    expect(await settled(c!.job)).toMatchObject({ state: 'done' })
    expect((await app.handlers['datasets.list']({})).items.map(({ id }) => id).sort()).toEqual(
      [a!.id, c!.id].sort(),
    )
  })

  it('keeps its name through a new import, and the old one when that fails', async () => {
    const folder = await makeImages(join(home, 'shapes'), 12)
    const id = await imported(folder, 'My shapes')
    await app.handlers['datasets.rename']({ id, name: 'Renamed' })
    await makeImages(folder, 14)
    expect(await settled((await app.handlers['datasets.reimport']({ id })).job)).toMatchObject({
      state: 'done',
    })
    expect(await app.handlers['datasets.get']({ id })).toMatchObject({ name: 'Renamed', count: 14 })
    const { rm } = await import('node:fs/promises')
    await rm(folder, { recursive: true })
    expect(await settled((await app.handlers['datasets.reimport']({ id })).job)).toMatchObject({
      state: 'failed',
    })
    expect(await app.handlers['datasets.get']({ id })).toMatchObject({
      count: 14,
      sources: [{ present: false }],
    })
  })

  it('finds images by label, and gives their thumbnails reduced by averaging', async () => {
    const id = await imported(await makeImages(join(home, 'shapes'), 20))
    const discs = await app.handlers['datasets.images']({ id, label: 'discs', from: 2, count: 100 })
    expect(discs.total).toBe(10)
    expect(discs.images).toHaveLength(8)
    expect(discs.images.every(({ label, path }) => label === 'discs' && path.startsWith('discs/'))).toBe(true)
    expect(await app.handlers['datasets.images']({ id, label: 'nothing', from: 0, count: 5 })).toEqual({
      total: 0,
      images: [],
    })

    const rows = discs.images.map(({ row }) => row)
    const whole = await app.handlers['datasets.thumbnails']({ id, rows, size: 512 })
    const half = await app.handlers['datasets.thumbnails']({ id, rows, size: 14 })
    expect([whole.width, half.width]).toEqual([28, 14])
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length
    expect(mean(half.data)).toBeCloseTo(mean(whole.data), 0)
    expect(half.data[0]).toBe(
      Math.round((whole.data[0]! + whole.data[1]! + whole.data[28]! + whole.data[29]!) / 4),
    )
    await expect(app.handlers['datasets.thumbnails']({ id, rows: [20], size: 8 })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('looks through a hundred thousand images without holding them', async () => {
    const count = 100_000
    const folder = join(home, 'library', 'datasets', 'many')
    await mkdir(folder)
    const base = {
      version: 1,
      name: 'Many',
      createdAt: new Date().toISOString(),
      sources: [],
      preprocessing,
      skipped: [],
    }
    const info = { ...base, count, width: 1, height: 1, channels: 1, labels: ['even', 'odd'] }
    const line = (i: number) =>
      JSON.stringify({
        path: `folder/ünï-${i}.png`,
        source: 0,
        label: i % 2 ? 'odd' : 'even',
        width: 9,
        height: 9,
      })
    await writeFile(
      join(folder, 'items.jsonl'),
      Array.from({ length: count }, (_, i) => `${line(i)}\n`).join(''),
    )
    await writeFile(
      join(folder, 'pixels.u8'),
      Uint8Array.from({ length: count }, (_, i) => i % 251),
    )
    await writeFile(join(folder, 'dataset.json'), JSON.stringify(info))
    const { total, images } = await app.handlers['datasets.images']({
      id: 'many',
      label: 'odd',
      from: 49_990,
      count: 20,
    })
    expect(total).toBe(50_000)
    expect(images.map(({ row }) => row)).toEqual(Array.from({ length: 10 }, (_, i) => 99_981 + 2 * i))
    expect(images.at(-1)?.path).toBe('folder/ünï-99999.png')
    const { data } = await app.handlers['datasets.thumbnails']({
      id: 'many',
      rows: images.map(({ row }) => row),
      size: 8,
    })
    expect([...data]).toEqual(images.map(({ row }) => row % 251))
  })

  it('previews images as they will be, corrupted as in training, and says what it leaves out', async () => {
    const folder = await makeImages(join(home, 'shapes'), 40)
    await writeFile(join(folder, 'broken.png'), 'no picture')
    const { place } = await app.places.add(folder)
    const noise = { kind: 'gaussian', min: 25, max: 25 } as const
    const question = { source: { places: [place] }, preprocessing, noise, count: 12, seed: 1 }
    const { clean, corrupted, found, names, more } = await app.handlers['datasets.preview'](question)
    expect([clean.count, corrupted.count, names.length, found, more]).toEqual([12, 12, 12, 41, false])
    const differences = clean.data.map((value, i) => Math.abs(value - corrupted.data[i]!))
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeGreaterThan(8)
    const again = await app.handlers['datasets.preview'](question)
    expect(again.corrupted.data).toEqual(corrupted.data)
  })

  it('touches nothing of the originals when it is removed', async () => {
    const folder = await makeImages(join(home, 'shapes'), 6)
    const before = await readdir(folder, { recursive: true })
    const id = await imported(folder)
    const { undo } = await app.handlers['datasets.remove']({ id })
    await app.handlers['library.empty']({ undo: [undo] })
    expect(await readdir(folder, { recursive: true })).toEqual(before)
    expect(await readdir(join(home, 'library', 'datasets'))).toEqual([])
  })
})
