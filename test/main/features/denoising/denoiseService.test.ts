import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type DenoiseControls,
  defaultControls,
  type DenoisePicture,
} from '../../../../src/shared/api/denoising'
import type { CommandName, Params } from '../../../../src/shared/api/commands'
import type { App } from '../../../../src/main/app/createApp'
import { noisyPicture, noisyPixels } from '../../../support/noisyPicture'
import { invokeIn, openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let app: App
let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  app = await openTestApp(join(folder, 'home'))
})
afterAll(() => app.close())

const invoke = <C extends CommandName>(command: C, params: Params<C>) => invokeIn(app, command, params)

const rows = async () => (await invoke('denoise.list', {})).items
const row = async (id: string): Promise<DenoisePicture> => (await rows()).find((one) => one.id === id)!
const place = async (path: string) => (await app.places.add(path)).place

async function addPicture(name: string, image: Sharp): Promise<{ id: string; path: string }> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await image.toFile(path)
  return { id: await add(path), path }
}

async function add(path: string): Promise<string> {
  const { ids } = await invoke('denoise.add', { places: [await place(path)] })
  return ids[0]!
}

const everything = { left: -50, top: -50, width: 5000, height: 5000 }

/** The view once all of it is restored. */
async function restoredView(id: string, controls: DenoiseControls, scale = 1, rectangle = everything) {
  for (;;) {
    const view = await invoke('denoise.view', { id, controls, rectangle, scale })
    if (view.ready === 1 || view.problem) return view
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function saved(ids: string[], output: object = {}, again = false): Promise<DenoisePicture[]> {
  const given = { pattern: '{name}-denoised', ...output }
  await invoke('denoise.save', { ids, output: given, again })
  while ((await invoke('denoise.state', {})).batch.state === 'running')
    await new Promise((resolve) => setTimeout(resolve, 30))
  return Promise.all(ids.map(row))
}

/** The most pictures that are worked on at once until this is asked. */
function mostAtOnce(): () => number {
  let most = 0
  const working = new Set<string>()
  const stop = app.events.on('denoise.changed', ({ changed }) => {
    for (const { id, state } of changed) working[state === 'working' ? 'add' : 'delete'](id)
    most = Math.max(most, working.size)
  })
  return () => {
    stop()
    return most
  }
}

const rmse = (a: Uint8Array, b: Uint8Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length)

describe('a picture that is looked at', () => {
  it('is seen at once, then restored, and is what is saved', async () => {
    const size = { width: 330, height: 290 }
    const { id, path } = await addPicture('look.png', noisyPicture(size).png())
    const opened = await invoke('denoise.open', { id })
    expect(opened).toMatchObject({ ...size, channels: 3, depth: 8, format: 'png' })
    for (const sigma of opened.sigmas!) expect(Math.abs(sigma - 25)).toBeLessThan(2.5)

    const first = await invoke('denoise.view', {
      id,
      controls: defaultControls,
      rectangle: everything,
      scale: 1,
    })
    expect(first).toMatchObject({ level: 0, left: 0, top: 0, certainty: 1, problem: null })
    expect(Buffer.compare(first.original!.data, noisyPixels(size))).toBe(0)

    const view = await restoredView(id, defaultControls)
    const clean = noisyPixels({ ...size, sigma: 0 })
    expect(rmse(view.restored!.data, clean)).toBeLessThan(0.35 * rmse(view.original!.data, clean))
    expect(view.readyOfAll).toBe(1)

    const [done] = await saved([id])
    expect(done).toMatchObject({ state: 'done', result: 'look-denoised.png', message: null })
    const { data } = await sharp(path.replace('look', 'look-denoised'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(Buffer.compare(data, view.restored!.data)).toBe(0)
  })

  it('stands upright, and parts of it are those of the whole', async () => {
    const upright = await addPicture(
      'turned.jpg',
      noisyPicture({ width: 300, height: 200 }).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }),
    )
    expect(await row(upright.id)).toMatchObject({ width: 200, height: 300 })
    const whole = await restoredView(upright.id, defaultControls)
    const expected = await sharp(upright.path).autoOrient().raw().toBuffer()
    expect(Buffer.compare(whole.original!.data, expected)).toBe(0)

    const part = await restoredView(upright.id, defaultControls, 1, {
      left: 60,
      top: 110,
      width: 50,
      height: 40,
    })
    expect([part.left, part.top, part.original!.width, part.original!.height]).toEqual([60, 110, 50, 40])
    for (let y = 0; y < 40; y++) {
      const from = ((110 + y) * 200 + 60) * 3
      const line = whole.restored!.data.subarray(from, from + 150)
      expect(Buffer.compare(part.restored!.data.subarray(y * 150, (y + 1) * 150), line)).toBe(0)
    }
  })

  it.each([
    ['a part of it', 1, 1, { left: 40, top: 30, width: 500, height: 300 }],
    ['at half its size and turned', 6, 0.5, everything],
  ])('is told by what has changed, %s', async (_, orientation, scale, rectangle) => {
    const noisy = noisyPicture({ width: 700, height: 541 }).withMetadata({ orientation })
    const { id } = await addPicture(`told-${orientation}.jpg`, noisy.jpeg({ quality: 95 }))
    const question = { id, controls: defaultControls, rectangle, scale }
    const first = await invoke('denoise.view', question)
    const told = first.restored!
    for (let view = first; view.ready < 1;) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      view = await invoke('denoise.view', { ...question, since: view.version })
      expect(view).toMatchObject({ original: null, restored: null })
      for (const { left, top, block } of view.changed)
        for (let y = 0; y < block.height; y++)
          told.data.set(
            block.data.subarray(y * block.width * 3, (y + 1) * block.width * 3),
            ((top + y) * told.width + left) * 3,
          )
    }
    const whole = await invoke('denoise.view', question)
    expect(whole.changed).toEqual([])
    expect(Buffer.compare(told.data, whole.restored!.data)).toBe(0)
    // Of a version that nobody remembers, all of it comes.
    expect((await invoke('denoise.view', { ...question, since: 3 })).restored).not.toBeNull()
  })

  it('is seen in the colours that its profile says', async () => {
    const size = { width: 64, height: 48 }
    const noisy = noisyPicture(size)
    const { id, path } = await addPicture('profile.png', noisy.withIccProfile('p3').png())
    const view = await restoredView(id, defaultControls)
    const stored = await sharp(path, { ignoreIcc: true }).raw().toBuffer()
    expect(rmse(stored, noisyPixels(size))).toBeGreaterThan(3)
    expect(rmse(view.original!.data, noisyPixels(size))).toBeLessThan(1)
    const [compared] = await invoke('denoise.compareModels', {
      ...{ id, controls: { ...defaultControls, strength: 0 }, models: ['auto'] },
      rectangle: { left: 0, top: 0, ...size },
    })
    expect(rmse(compared!.image!.data, noisyPixels(size))).toBeLessThan(1)
  })

  it('is as many pixels as the screen has', async () => {
    const { id } = await addPicture('wide.png', noisyPicture({ width: 1600, height: 300, channels: 1 }).png())
    const view = await invoke('denoise.view', {
      id,
      controls: defaultControls,
      rectangle: everything,
      scale: 0.26,
    })
    expect(view.level).toBe(2)
    expect(view.original).toMatchObject({ width: 400, height: 75, channels: 1 })
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length
    const all = noisyPixels({ width: 1600, height: 300, channels: 1 })
    expect(Math.abs(mean(view.original!.data) - mean(all))).toBeLessThan(0.6)
  })

  it('follows its controls', async () => {
    const { id } = await addPicture('controls.png', noisyPicture({ width: 128, height: 96 }).png())
    const strong = await restoredView(id, { ...defaultControls, sigma: 40 })
    const weak = await restoredView(id, { ...defaultControls, sigma: 8 })
    const change = (view: typeof weak) => rmse(view.restored!.data, view.original!.data)
    expect(change(strong)).toBeGreaterThan(change(weak) + 4)
    expect(weak.certainty).toBe(1)
  })

  it('is drafted at the size at which it is seen, before each part is restored', async () => {
    const { id } = await addPicture('draft.png', noisyPicture({ width: 620, height: 520 }).png())
    const question = { id, controls: defaultControls, rectangle: everything, scale: 0.5 }
    const views = []
    do {
      await new Promise((resolve) => setTimeout(resolve, 20))
      views.push(await invoke('denoise.view', question))
    } while (views.at(-1)!.ready < 1)
    const exact = views.at(-1)!
    const error = ({ restored }: typeof exact) => rmse(restored!.data, exact.restored!.data)
    const drafts = views.filter(({ ready }) => ready === 0)
    expect(Math.min(...drafts.map(error))).toBeLessThan(0.25 * error(views[0]!))
  })

  it('waits as a draft while pictures are saved, and says so', async () => {
    const { id } = await addPicture('waits.png', noisyPicture({ width: 560, height: 400 }).png())
    const question = { id, controls: defaultControls, rectangle: everything, scale: 0.5 }
    await invoke('denoise.open', { id })
    const saving = saved([id])
    let view = await invoke('denoise.view', question)
    while (!view.waits && (await row(id)).state !== 'done') {
      await new Promise((resolve) => setTimeout(resolve, 20))
      view = await invoke('denoise.view', question)
    }
    expect(view).toMatchObject({ waits: true, problem: null })
    const { ready } = view
    await saving
    expect(ready).toBeLessThan(1)
    expect(await restoredView(id, defaultControls, 0.5)).toMatchObject({ ready: 1, waits: false })
  })

  it.each([
    ['all of it', 1, 1],
    ['turned and at half its size', 6, 0.5],
  ])('shows at once what the noise set by hand will make of it, %s', async (_, orientation, scale) => {
    const noisy = noisyPicture({ width: 360, height: 130 }).withMetadata({ orientation })
    const { id } = await addPicture(`hand-${orientation}.png`, noisy.png())
    const byHand = (sigma: number) => ({ ...defaultControls, sigma })
    const first = (sigma: number) =>
      invoke('denoise.view', { id, controls: byHand(sigma), rectangle: everything, scale })
    const whole = async (sigma: number) => (await restoredView(id, byHand(sigma), scale)).restored!.data
    const [ten, twenty, thirty] = [await whole(10), await whole(20), await whole(30)]

    // Between the picture itself and what is known.
    const less = await first(10)
    expect(less.ready).toBe(0)
    expect(rmse(less.restored!.data, ten)).toBeLessThan(0.7 * rmse(thirty, ten))
    // More, once that was tried beforehand.
    for (;;) {
      await whole(20)
      await new Promise((resolve) => setTimeout(resolve, 100))
      const more = await first(30)
      if (rmse(more.restored!.data, twenty) === 0) continue
      expect(more.ready).toBe(0)
      expect(rmse(more.restored!.data, thirty)).toBeLessThan(0.7 * rmse(twenty, thirty))
      break
    }
    expect(await whole(30)).toEqual(thirty)
  })

  it('says why a model cannot take it', async () => {
    const { id } = await addPicture('grey.png', noisyPicture({ width: 90, height: 90, channels: 1 }).png())
    const view = await restoredView(id, { ...defaultControls, model: 'no-such-model' })
    expect(view.problem).toMatch(/no-such-model/)
    expect(view.restored!.data).toEqual(view.original!.data)
  })

  it('is measured against a clean one', async () => {
    const size = { width: 200, height: 150 }
    const { id } = await addPicture('measured.png', noisyPicture(size).png())
    const clean = join(folder, 'clean-reference.png')
    await noisyPicture({ ...size, sigma: 0 })
      .png()
      .toFile(clean)
    await expect(invoke('denoise.measure', { id, controls: defaultControls })).rejects.toThrow(
      /clean picture/,
    )
    await invoke('denoise.setReference', { id, place: await place(clean) })
    await restoredView(id, defaultControls)
    const { noisy, result } = await invoke('denoise.measure', { id, controls: defaultControls })
    expect(noisy.psnr).toBeGreaterThan(19)
    expect(result!.psnr).toBeGreaterThan(noisy.psnr + 8)
    expect(result!.ssim).toBeGreaterThan(noisy.ssim + 0.3)
    const small = await addPicture('small-reference.png', noisyPicture({ width: 20, height: 20 }).png())
    await expect(invoke('denoise.setReference', { id, place: await place(small.path) })).rejects.toThrow(
      /20 × 20 pixels and this one 200 × 150/,
    )
  })

  it('goes through several models side by side', async () => {
    const { id } = await addPicture('models.png', noisyPicture({ width: 300, height: 200 }).png())
    const rectangle = { left: 100, top: 60, width: 80, height: 70 }
    const models = ['builtin:color', 'builtin:grey', 'missing'] as const
    const compared = await invoke('denoise.compareModels', {
      id,
      controls: defaultControls,
      rectangle,
      models: [...models],
    })
    expect(compared.map(({ model }) => model)).toEqual(models)
    const view = await restoredView(id, defaultControls, 1, rectangle)
    expect(Buffer.compare(compared[0]!.image!.data, view.restored!.data)).toBe(0)
    expect(compared[0]!.msPerMegapixel).toBeGreaterThan(0)
    expect(compared[2]).toMatchObject({ image: null, problem: expect.stringMatching(/missing/) as string })
  })
})

describe('pictures that are saved', () => {
  it('are left out on a second run, unless something is set differently', async () => {
    const { id } = await addPicture('again/one.jpg', noisyPicture({ width: 80, height: 60 }).jpeg())
    expect((await saved([id]))[0]).toMatchObject({ state: 'done', result: 'one-denoised.jpg' })
    expect((await saved([id]))[0]).toMatchObject({ state: 'skipped', result: 'one-denoised.jpg' })
    await invoke('denoise.setControls', { ids: [id], controls: { ...defaultControls, strength: 0.4 } })
    expect((await saved([id]))[0]).toMatchObject({ state: 'done', result: 'one-denoised.jpg' })
    // What somebody else has changed is theirs.
    await writeFile(join(folder, 'again/one-denoised.jpg'), 'mine now')
    expect((await saved([id]))[0]).toMatchObject({ state: 'done', result: 'one-denoised-2.jpg' })
    expect(await readFile(join(folder, 'again/one-denoised.jpg'), 'utf8')).toBe('mine now')
    // Pictures of that folder that come later begin with what was set for it.
    const other = await addPicture('again/two.jpg', noisyPicture({ width: 40, height: 40 }).jpeg())
    expect((await row(other.id)).controls.strength).toBe(0.4)
  })

  it('are in a row what each is alone, whatever the noise of the one before', async () => {
    const ids: string[] = []
    for (const sigma of [10, 40, 20]) {
      const image = noisyPicture({ width: 220, height: 160, sigma })
      ids.push((await addPicture(`row/${sigma}.png`, image.png())).id)
    }
    await saved(ids)
    for (const id of ids) await saved([id], { pattern: '{name}-alone' }, true)
    const written = (sigma: number, suffix: string) => readFile(join(folder, `row/${sigma}-${suffix}.png`))
    for (const sigma of [10, 40, 20])
      expect(Buffer.compare(await written(sigma, 'denoised'), await written(sigma, 'alone'))).toBe(0)
  })

  it('come out as they went in when nothing is to be taken out', async () => {
    const { id, path } = await addPicture(
      'still/still.jpg',
      noisyPicture({ width: 70, height: 50 })
        .withExif({ IFD0: { Make: 'Camera' } })
        .jpeg(),
    )
    await invoke('denoise.setControls', { ids: [id], controls: { ...defaultControls, strength: 0 } })
    const out = join(folder, 'still-out')
    await mkdir(out)
    const [row] = await saved([id], { folder: await place(out) })
    expect(row).toMatchObject({ state: 'unchanged', message: null, result: 'still-denoised.jpg' })
    expect(await readFile(join(out, 'still-denoised.jpg'))).toEqual(await readFile(path))
  })

  it('say in their metadata what was done, in every format', async () => {
    const { id } = await addPicture('note.png', noisyPicture({ width: 170, height: 150 }).png())
    const out = join(folder, 'formats')
    await mkdir(out)
    for (const [format, extension] of [
      ['jpeg', 'jpg'],
      ['webp', 'webp'],
      ['avif', 'avif'],
      ['tiff', 'tif'],
      ['png', 'png'],
    ] as const) {
      const [done] = await saved([id], { format, folder: await place(out), pattern: '{name}', quality: 80 })
      expect(done).toMatchObject({ state: 'done', result: `note.${extension}` })
      const metadata = await sharp(join(out, `note.${extension}`)).metadata()
      expect(metadata.xmp!.toString()).toContain('Denoised with Hourglass 0.1.0')
    }
  })

  it('have the quality that was asked for of their format, and of the others none', async () => {
    const { id } = await addPicture('small.png', noisyPicture({ width: 170, height: 150 }).png())
    const sizeAs = async (name: string, quality: object) => {
      await saved([id], { format: 'jpeg', pattern: `{name}-${name}`, quality })
      return (await stat(join(folder, `small-${name}.jpg`))).size
    }
    const usual = await sizeAs('usual', {})
    expect(await sizeAs('rough', { jpeg: 30 })).toBeLessThan(usual / 2)
    expect(await sizeAs('other', { avif: 30 })).toBe(usual)
  })

  it('keep their pages, each restored on its own', async () => {
    const size = { width: 120, height: 90 }
    const sheets = [noisyPixels({ ...size, sigma: 30 }), noisyPixels({ ...size, sigma: 12, seed: 3 })]
    const [width, height] = [size.width, 2 * size.height]
    const raw = { width, height, channels: 3, pageHeight: size.height } as const
    const both = await addPicture(
      'sheets.tif',
      sharp(Buffer.concat(sheets), { raw }).tiff({ compression: 'lzw' }),
    )
    const second = await addPicture('sheet.png', noisyPicture({ ...size, sigma: 12, seed: 3 }).png())
    const rows = await saved([both.id, second.id])
    expect(rows.map(({ state }) => state)).toEqual(['done', 'done'])
    const path = join(folder, 'sheets-denoised.tif')
    expect((await sharp(path).metadata()).pages).toBe(2)
    const page = await sharp(path, { page: 1 }).raw().toBuffer()
    expect(Buffer.compare(page, await sharp(join(folder, 'sheet-denoised.png')).raw().toBuffer())).toBe(0)
    expect((await saved([both.id], { format: 'png' }))[0]).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/It has 2 pages/) as string,
    })
  })

  it('replace originals only where that was asked for', async () => {
    const { id, path } = await addPicture('instead.png', noisyPicture({ width: 160, height: 160 }).png())
    const before = await readFile(path)
    await saved([id])
    expect(await readFile(path)).toEqual(before)
    expect((await saved([id], { replaceOriginals: true }))[0]).toMatchObject({
      state: 'done',
      result: 'instead.png',
    })
    expect(await readFile(path)).not.toEqual(before)
    // Nobody wants it denoised twice.
    await add(path)
    expect((await saved([id], { replaceOriginals: true }))[0]).toMatchObject({ state: 'skipped' })
  })

  it('fail one by one', async () => {
    const folderOf = join(folder, 'mixed')
    await mkdir(folderOf)
    await writeFile(join(folderOf, 'broken.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]))
    await writeFile(join(folderOf, 'empty.png'), '')
    await noisyPicture({ width: 1, height: 1 }).png().toFile(join(folderOf, 'tiny.png'))
    await noisyPicture({ width: 1, height: 600 }).png().toFile(join(folderOf, 'high.png'))
    await noisyPicture({ width: 64, height: 64 })
      .toColourspace('cmyk')
      .jpeg()
      .toFile(join(folderOf, 'cmyk.jpg'))
    await noisyPicture({ width: 64, height: 64 }).png({ palette: true }).toFile(join(folderOf, 'palette.png'))
    await noisyPicture({ width: 64, height: 64 })
      .ensureAlpha(0.5)
      .png()
      .toFile(join(folderOf, 'alpha ÄÖ&%#.png'))
    await noisyPicture({ width: 64, height: 64 }).png().toFile(join(folderOf, 'changed.png'))
    const { ids } = await invoke('denoise.add', { places: [await place(folderOf)] })
    await utimes(join(folderOf, 'changed.png'), new Date(), new Date(Date.now() + 5000))
    await saved([...ids])
    const ends = Object.fromEntries(
      (await rows()).map(({ name, state, message }) => [name, `${state}: ${message}`]),
    )
    expect(ends['broken.jpg']).toMatch(/^failed: .*(damaged|cut|read)/)
    expect(ends['empty.png']).toBe('failed: The file is empty.')
    // The colours of print become those of the screen, and the row says so.
    expect(ends['cmyk.jpg']).toMatch(/^done: Its colours were CMYK/)
    expect(ends['changed.png']).toMatch(/^failed: It was changed/)
    for (const name of ['tiny.png', 'high.png']) expect(ends[name]).toMatch(/^unchanged: It is too small/)
    for (const name of ['palette.png', 'alpha ÄÖ&%#.png']) expect(ends[name]).toMatch(/^done/)
    // Retried, it is taken as it is now.
    const changed = (await rows()).find(({ name }) => name === 'changed.png')!
    expect((await saved([changed.id]))[0]).toMatchObject({ state: 'done' })
  })

  it('wait while they are paused, and stop where they are', async () => {
    // One by one, so that they are saved in this order.
    const ids: string[] = []
    for (let i = 0; i < 4; i++) {
      const picture = noisyPicture({ width: 560, height: 560, seed: i }).png()
      ids.push((await addPicture(`batch/${i}.png`, picture)).id)
    }
    await invoke('denoise.save', { ids, output: {} })
    while ((await rows()).every(({ id, state }) => id !== ids[0] || state !== 'working'))
      await new Promise((resolve) => setTimeout(resolve, 10))
    await invoke('denoise.pause', {})
    const done = async () => (await Promise.all(ids.map(row))).filter(({ state }) => state === 'done').length
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const before = await done()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await done()).toBe(before)
    expect((await invoke('denoise.state', {})).batch.state).toBe('paused')
    await invoke('denoise.resume', {})
    while ((await done()) === before) await new Promise((resolve) => setTimeout(resolve, 20))
    await invoke('denoise.stop', {})
    const after = await Promise.all(ids.map(row))
    expect(after.some(({ state }) => state === 'ready')).toBe(true)
    expect(after.every(({ state }) => state === 'ready' || state === 'done')).toBe(true)
    expect((await invoke('denoise.state', {})).batch.state).toBe('idle')
    for (const { state, result } of after)
      if (state === 'done') expect((await stat(join(folder, 'batch', result!))).size).toBeGreaterThan(0)
  })

  it('are worked on side by side where there are cores for it, each into a file of its own', async () => {
    const ids: string[] = []
    const clean: Buffer[] = []
    for (const [i, side] of ['left', 'right'].entries()) {
      const size = { width: 420, height: 320, seed: i }
      ids.push((await addPicture(`${side}/same.png`, noisyPicture(size).png())).id)
      await saved([ids[i]!])
      clean.push(await readFile(join(folder, side, 'same-denoised.png')))
    }
    const out = join(folder, 'both')
    await mkdir(out)
    const most = mostAtOnce()
    const done = await saved(ids, { folder: await place(out), pattern: '{name}' })
    // A graphics card takes them one after the other.
    if (!existsSync('/dev/nvidiactl')) expect(most()).toBe(Math.min(2, availableParallelism()))
    expect(done.map(({ result }) => result).sort()).toEqual(['same-2.png', 'same.png'])
    for (const [i, { result }] of done.entries())
      expect(Buffer.compare(await readFile(join(out, result!)), clean[i]!)).toBe(0)
  })

  it('stay paused where each is too large to be beside the one before it', async () => {
    const ids: string[] = []
    for (const name of ['large/a.png', 'large/b.png']) {
      const create = { width: 7000, height: 4800, channels: 3 as const, background: '#808080' }
      ids.push((await addPicture(name, sharp({ create }).toColourspace('b-w').png())).id)
    }
    await invoke('denoise.setControls', { ids, controls: { ...defaultControls, strength: 0 } })
    await invoke('denoise.save', { ids, output: {} })
    while ((await row(ids[0]!)).state !== 'working') await new Promise((resolve) => setTimeout(resolve, 2))
    await invoke('denoise.pause', {})
    while ((await row(ids[0]!)).state !== 'unchanged') await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await invoke('denoise.state', {})).batch.state).toBe('paused')
    expect(await row(ids[1]!)).toMatchObject({ state: 'waiting' })
    await invoke('denoise.resume', {})
    while ((await row(ids[1]!)).state !== 'unchanged') await new Promise((resolve) => setTimeout(resolve, 20))
  })

  it('can be saved after they were stopped', async () => {
    const { id } = await addPicture('stopped.png', noisyPicture({ width: 500, height: 480 }).png())
    await invoke('denoise.save', { ids: [id], output: {} })
    while ((await row(id)).state !== 'working') await new Promise((resolve) => setTimeout(resolve, 5))
    await invoke('denoise.stop', {})
    expect(await row(id)).toMatchObject({ state: 'ready', progress: 0 })
    expect((await saved([id]))[0]).toMatchObject({ state: 'done', result: 'stopped-denoised.png' })
  })

  it('leave no file when they are stopped while it is written, and can be saved again', async () => {
    const noisy = noisyPicture({ width: 1000, height: 800 })
    const { id } = await addPicture('encoding/encoded.png', noisy.png())
    await invoke('denoise.setControls', { ids: [id], controls: { ...defaultControls, strength: 0 } })
    const names = async () => (await readdir(join(folder, 'encoding'))).filter((name) => /avif/.test(name))
    const output = { format: 'avif', pattern: '{name}' } as const
    await invoke('denoise.save', { ids: [id], output })
    while ((await names()).length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    await invoke('denoise.stop', {})
    // The encoder cannot be stopped, and nobody waits for it.
    expect(await names()).toEqual(['encoded.avif.partial'])
    expect((await invoke('denoise.state', {})).batch.state).toBe('idle')
    expect(await row(id)).toMatchObject({ state: 'ready' })
    while ((await names()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect((await saved([id], output))[0]).toMatchObject({ state: 'done', result: 'encoded.avif' })
    expect(await names()).toEqual(['encoded.avif'])
  })

  it('begin when what was stopped has ended', async () => {
    const { id } = await addPicture('anew/anew.png', noisyPicture({ width: 600, height: 500 }).png())
    await invoke('denoise.setControls', { ids: [id], controls: { ...defaultControls, strength: 0 } })
    const output = { format: 'avif', pattern: '{name}' } as const
    await invoke('denoise.save', { ids: [id], output })
    while ((await readdir(join(folder, 'anew'))).length < 2)
      await new Promise((resolve) => setTimeout(resolve, 2))
    await invoke('denoise.stop', {})
    const [done] = await saved([id], output)
    expect(done).toMatchObject({ state: 'done', result: 'anew.avif' })
    expect((await invoke('denoise.state', {})).batch).toMatchObject({ state: 'idle', done: 1, total: 1 })
    expect((await readdir(join(folder, 'anew'))).sort()).toEqual(['anew.avif', 'anew.png'])
  })

  it('go on after a stop that came in a pause', async () => {
    const { id } = await addPicture('paused.png', noisyPicture({ width: 400, height: 400 }).png())
    await invoke('denoise.save', { ids: [id], output: {} })
    await invoke('denoise.pause', {})
    const stopping = invoke('denoise.stop', {})
    await invoke('denoise.save', { ids: [id], output: {} })
    await stopping
    while ((await row(id)).state !== 'done') await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await invoke('denoise.state', {})).batch.state).not.toBe('paused')
  })

  it('do not go beside files that came through a browser', async () => {
    const path = join(app.uploads, 'x', 'uploaded.png')
    await mkdir(join(path, '..'), { recursive: true })
    await noisyPicture({ width: 40, height: 40 }).png().toFile(path)
    const id = await add(path)
    await expect(invoke('denoise.save', { ids: [id], output: {} })).rejects.toThrow(/Choose a folder/)
  })
})

describe('what is seen of a picture', () => {
  it('is saved before and after beside each other', async () => {
    const { id } = await addPicture('compare.png', noisyPicture({ width: 120, height: 100 }).png())
    const rectangle = { left: 10, top: 20, width: 60, height: 50 }
    const params = { id, controls: defaultControls, rectangle, folder: null }
    const answer = (name: string) => ({ name, download: null })
    expect(await invoke('denoise.saveComparison', params)).toEqual(answer('compare-before-after.png'))
    expect(await invoke('denoise.saveComparison', params)).toEqual(answer('compare-before-after-2.png'))
    const { width, height } = await sharp(join(folder, 'compare-before-after.png')).metadata()
    expect([width, height]).toEqual([122, 50])
  })
})
