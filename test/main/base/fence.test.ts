import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../src/main/app/createApp'
import { Fence } from '../../../src/main/base/fence'
import { PlaceRegistry } from '../../../src/main/base/placeRegistry'
import type { Job } from '../../../src/shared/api/jobs'
import { preprocessingSchema } from '../../../src/shared/dataset'
import { openTestApp, testLog } from '../../support/testApp'
import { temporaryFolder } from '../../support/testFolder'

let folder: string
let root: string
let outside: string

async function picture(path: string): Promise<void> {
  const noise = Uint8Array.from({ length: 48 * 48 * 3 }, (_, i) => (i * 7919) % 251)
  await sharp(noise, { raw: { width: 48, height: 48, channels: 3 } })
    .png()
    .toFile(path)
}

beforeEach(async () => {
  folder = await temporaryFolder()
  root = join(folder, 'root')
  outside = join(folder, 'outside')
  for (const at of [join(root, 'photos', 'more'), outside]) await mkdir(at, { recursive: true })
  for (const at of ['root/photos/a.png', 'root/photos/more/b.png', 'outside/secret.png'])
    await picture(join(folder, at))
})

describe('a fence', () => {
  it('holds what lies within its roots, where it really is', async () => {
    await symlink(root, join(folder, 'root-link'))
    await symlink(join(root, 'photos'), join(root, 'photos-link'))
    await symlink(outside, join(root, 'way-out'))
    const fence = new Fence([join(folder, 'root-link')])
    for (const path of [
      'root',
      'root/photos/a.png',
      'root/photos-link/a.png',
      'root/new/deep/file',
      'root-link/x',
    ])
      expect(fence.allows(join(folder, path))).toBe(true)
    for (const path of [
      '',
      'outside',
      'root/way-out',
      'root/way-out/secret.png',
      'root/way-out/new',
      'root/../outside',
      'rootless',
    ])
      expect(fence.allows(join(folder, path))).toBe(false)
    expect(new Fence([]).allows('/')).toBe(true)
  })

  it('that is widened holds a folder where it stood, and not where a link leads that took its place', async () => {
    const source = join(folder, 'source')
    await mkdir(source)
    const fence = new Fence([root]).alsoWithin([source])
    expect(fence.allows(join(source, 'a.png'))).toBe(true)
    await rm(source, { recursive: true })
    await symlink(outside, source)
    expect(fence.allows(join(source, 'secret.png'))).toBe(false)
  })

  it('keeps a handle from leading to what took the place of a folder', async () => {
    const places = new PlaceRegistry()
    const { place } = await places.add(join(root, 'photos'))
    await rename(join(root, 'photos'), join(root, 'before'))
    await symlink(outside, join(root, 'photos'))
    expect(() => places.resolve(place)).toThrow('photos was replaced by a link since it was chosen.')
  })
})

describe('an app that may show some folders', () => {
  let app: App
  beforeEach(async () => {
    app = await openTestApp(root, testLog(), [root])
  })
  afterEach(() => app.close())

  const place = async (path: string) => (await app.places.add(path)).place

  async function importing(): Promise<{ job: Job; paths: string[]; skipped: unknown[] }> {
    const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 })
    const places = [await place(join(root, 'photos'))]
    const { id, job } = await app.handlers['datasets.import']({ places, preprocessing })
    const find = async () => (await app.handlers['jobs.list']({})).items.find((one) => one.id === job)!
    await expect.poll(async () => (await find()).state, { timeout: 60_000 }).not.toMatch(/running|waiting/)
    const { images } = await app.handlers['datasets.images']({ id, from: 0, count: 10 })
    const { skippedFiles } = await app.handlers['datasets.get']({ id })
    return { job: await find(), paths: images.map(({ path }) => path), skipped: [...skippedFiles] }
  }

  const leadsOut = expect.stringMatching(/^It is a link that leads out of the folders/)

  it('imports, plans and previews nothing that links lead out to', async () => {
    await symlink(outside, join(root, 'photos', 'out'))
    await symlink(join(outside, 'secret.png'), join(root, 'photos', 'c.png'))
    await symlink(join(root, 'photos', 'more'), join(root, 'photos', 'within'))
    const { job, paths, skipped } = await importing()
    expect(job.state).toBe('done')
    expect(paths).toEqual(['a.png', 'more/b.png'])
    expect(skipped).toEqual([
      { path: 'c.png', reason: leadsOut },
      { path: 'out', reason: leadsOut },
    ])
    const places = [await place(join(root, 'photos'))]
    const preview = await app.handlers['datasets.preview']({
      ...{ source: { places }, noise: null, count: 12, seed: 1 },
      preprocessing: preprocessingSchema.parse({ width: 8, height: 8 }),
    })
    expect(preview.names).toEqual(['a.png', 'more/b.png'])
    const plan = await app.handlers['training.plan']({ source: { places }, budget: '1m' })
    expect(plan.traits.images).toBe(2)
  })

  it('denoises nothing that links lead out to, also where they come later', async () => {
    await symlink(join(outside, 'secret.png'), join(root, 'photos', 'c.png'))
    const { ids } = await app.handlers['denoise.add']({ places: [await place(join(root, 'photos'))] })
    expect(ids).toHaveLength(2)
    const rows = (await app.handlers['denoise.list']({})).items
    expect(rows.find(({ name }) => name === 'c.png')).toMatchObject({ isReadable: false, message: leadsOut })
    const { id } = rows.find(({ name }) => name === 'a.png')!
    await rm(join(root, 'photos', 'a.png'))
    await symlink(join(outside, 'secret.png'), join(root, 'photos', 'a.png'))
    for (const ask of [
      () => app.handlers['denoise.open']({ id }),
      () => app.handlers['denoise.thumbnail']({ id, size: 32 }),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'no-access' })
  })

  it('saves no result where a link leads out', async () => {
    const { ids } = await app.handlers['denoise.add']({ places: [await place(join(root, 'photos'))] })
    await symlink(join(outside, 'secret.png'), join(root, 'photos', 'a-denoised.png'))
    await rename(join(root, 'photos', 'more'), join(root, 'photos', 'before'))
    await symlink(outside, join(root, 'photos', 'more'))
    await writeFile(join(outside, 'b.png'), await readFile(join(root, 'photos', 'before', 'b.png')))
    const before = await readdir(outside)
    const output = {
      folder: null,
      pattern: '{name}-denoised',
      format: 'same',
      replaceOriginals: false,
    } as const
    const quality = { jpeg: 95, webp: 95, avif: 88 }
    const saving = app.handlers['denoise.save']({
      ...{ ids: [...ids], again: true, forDownload: false, output: { ...output, quality } },
    })
    await saving.catch(() => undefined)
    const states = async () => (await app.handlers['denoise.list']({})).items.map(({ state }) => state)
    await expect.poll(states, { timeout: 100_000 }).not.toContain('waiting')
    await expect.poll(states, { timeout: 100_000 }).not.toContain('working')
    expect(await readdir(outside)).toEqual(before)
    expect((await sharp(join(outside, 'secret.png')).metadata()).width).toBe(48)
  })
})
