import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { type ServedApp, serveApp } from '../../../../src/main/served/httpServer'
import { type CommandName, commands, type Params } from '../../../../src/shared/api/commands'
import { defaultControls, type DenoisePicture } from '../../../../src/shared/api/denoising'
import { noisyPicture } from '../../../support/noisyPicture'
import { enter } from '../../../support/served'
import { invokeIn, openTestApp, testLog } from '../../../support/testApp'
import { folderOfFile } from '../../../support/testFolder'

let app: App
let folder: string
beforeAll(async () => {
  folder = await folderOfFile()
  app = await openTestApp(join(folder, 'home'))
})
afterAll(() => app.close())

const invoke = <C extends CommandName>(command: C, params: Params<C>) => invokeIn(app, command, params)

const row = async (id: string): Promise<DenoisePicture> =>
  (await invoke('denoise.list', {})).items.find((one) => one.id === id)!
const place = async (path: string) => (await app.places.add(path)).place

async function add(path: string, image: Sharp): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true })
  await image.toFile(path)
  const { ids } = await invoke('denoise.add', { places: [await place(path)] })
  return ids[0]!
}

async function saved(ids: string[], output: object = {}, more: object = {}): Promise<DenoisePicture[]> {
  await invoke('denoise.save', { ids, output: { pattern: '{name}-denoised', ...output }, ...more })
  while ((await invoke('denoise.state', {})).batch.state !== 'idle')
    await new Promise((resolve) => setTimeout(resolve, 20))
  return Promise.all(ids.map(row))
}

const noisy = (seed = 1) => noisyPicture({ width: 90, height: 70, seed })
/** Flat, so that there is no noise in it. */
const plain = () => sharp({ create: { width: 200, height: 160, channels: 3, background: '#7090b0' } })
const still = (ids: string[]) =>
  invoke('denoise.setControls', { ids, controls: { ...defaultControls, strength: 0 } })

describe('a picture with nothing to remove', () => {
  it('is not copied beside its original, and counted apart', async () => {
    const at = join(folder, 'beside')
    const ids = [
      await add(join(at, 'noisy.png'), noisy().png()),
      await add(join(at, 'plain.png'), plain().png()),
      await add(join(at, 'still.jpg'), noisy().jpeg()),
    ]
    await still([ids[2]!])
    const rows = await saved(ids)
    expect(rows.map(({ state, result }) => [state, result])).toEqual([
      ['done', 'noisy-denoised.png'],
      ['unchanged', null],
      ['unchanged', null],
    ])
    expect((await readdir(at)).sort()).toEqual(['noisy-denoised.png', 'noisy.png', 'plain.png', 'still.jpg'])
    const { batch } = await invoke('denoise.state', {})
    expect(batch).toMatchObject({ state: 'idle', done: 3, unchanged: 2, skipped: 0, failed: 0, total: 3 })
    // Once more: what was saved is done, and the others still have nothing to remove.
    await saved(ids)
    expect((await invoke('denoise.state', {})).batch).toMatchObject({ done: 3, unchanged: 2, skipped: 1 })
  })

  it('is copied byte by byte into a folder that was chosen, where all pictures are expected', async () => {
    const out = join(folder, 'chosen')
    await mkdir(out)
    const path = join(folder, 'to-folder', 'plain.png')
    const id = await add(path, plain().png())
    const [done] = await saved([id], { folder: await place(out) })
    expect(done).toMatchObject({ state: 'unchanged', result: 'plain-denoised.png' })
    expect(await readFile(join(out, 'plain-denoised.png'))).toEqual(await readFile(path))
    // It is not said to be done on a second run either.
    expect((await saved([id], { folder: await place(out) }))[0]).toMatchObject({
      state: 'unchanged',
      message: null,
    })
  })

  it('takes the place of an earlier result, which would not be what is set', async () => {
    const at = join(folder, 'earlier')
    const id = await add(join(at, 'one.png'), noisy().png())
    expect((await saved([id]))[0]).toMatchObject({ state: 'done' })
    await still([id])
    expect((await saved([id]))[0]).toMatchObject({ state: 'unchanged', result: 'one-denoised.png' })
    expect(await readFile(join(at, 'one-denoised.png'))).toEqual(await readFile(join(at, 'one.png')))
  })

  it('is left alone where originals are replaced, and written where it gets another format', async () => {
    const path = join(folder, 'replaced', 'plain.png')
    const id = await add(path, plain().png())
    const before = await readFile(path)
    expect((await saved([id], { replaceOriginals: true }))[0]).toMatchObject({
      state: 'unchanged',
      result: null,
    })
    expect(await readFile(path)).toEqual(before)
    const [converted] = await saved([id], { format: 'webp' })
    expect(converted).toMatchObject({ state: 'done', result: 'plain-denoised.webp' })
    expect(converted!.message).toBe('There was no noise to take out.')
  })
})

describe('the folder for results', () => {
  it('is kept, also when the app starts again, as long as it is there and may be shown', async () => {
    const home = join(folder, 'again')
    const inside = join(home, 'results')
    const outside = join(folder, 'outside')
    await mkdir(inside, { recursive: true })
    await mkdir(outside)
    const reopened = async (chosen: string | null): Promise<string | null> => {
      let one = await openTestApp(home, testLog(), [home])
      const set = commands['denoise.setFolder'].parse({
        folder: chosen && (await one.places.add(chosen)).place,
      })
      await one.handlers['denoise.setFolder'](set)
      const name = (await one.handlers['denoise.state']({})).folder?.name ?? null
      expect(name).toBe(chosen && chosen.split('/').at(-1))
      await one.close()
      one = await openTestApp(home, testLog(), [home])
      const { folder: now } = await one.handlers['denoise.state']({})
      const path = now && one.places.resolve(now.place)
      await one.close()
      return path
    }
    expect(await reopened(inside)).toBe(inside)
    expect(await reopened(null)).toBeNull()
    expect(await reopened(outside)).toBeNull()
  })

  it('is a folder', async () => {
    const path = join(folder, 'no-folder.txt')
    await writeFile(path, 'text')
    const at = await place(path)
    await expect(invoke('denoise.setFolder', { folder: at })).rejects.toThrow(/is not a folder/)
  })
})

describe('results of pictures that came through a browser', () => {
  let served: ServedApp
  let cookie: string
  let origin: string
  beforeAll(async () => {
    const page = join(folder, 'page')
    await mkdir(page)
    await writeFile(join(page, 'index.html'), '<!doctype html><title>Page</title>')
    served = await serveApp(app, { port: 0, page })
    ;({ cookie, origin } = await enter(served.address))
  })
  afterAll(() => served.close())
  const get = (path: string, headers: Record<string, string> = { cookie }) =>
    fetch(origin + path, { headers })

  it('are one file, or a zip of several, and come under their own names', async () => {
    const at = join(app.uploads, 'random', 'holiday')
    const ids = [
      await add(join(at, 'Ämter & "x".png'), noisy(1).png()),
      await add(join(at, 'sub', 'b.jpg'), noisy(2).jpeg()),
      await add(join(at, 'plain.png'), plain().png()),
    ]
    expect(await row(ids[0]!)).toMatchObject({ isUploaded: true, isDownloadable: false })
    await expect(invoke('denoise.download', { ids })).rejects.toThrow(/Save them first/)
    const rows = await saved(ids, { replaceOriginals: true }, { forDownload: true })
    expect(rows.map(({ state }) => state)).toEqual(['done', 'done', 'unchanged'])
    expect(rows.every(({ isDownloadable }) => isDownloadable)).toBe(true)

    const one = await invoke('denoise.download', { ids: [ids[0]!] })
    expect(one.name).toBe('Ämter & "x"-denoised.png')
    const answer = await get(one.path)
    expect(answer.status).toBe(200)
    const named = answer.headers.get('content-disposition')!
    expect(named).toContain('attachment; filename="_mter & _x_-denoised.png"')
    expect(named).toContain("filename*=UTF-8''%C3%84mter%20%26%20%22x%22-denoised.png")
    const { width } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
    expect(width).toBe(90)

    const several = await invoke('denoise.download', { ids: [ids[0]!, ids[2]!] })
    expect(several.name).toBe('holiday-denoised.zip')
    const files = unzipSync(new Uint8Array(await (await get(several.path)).arrayBuffer()))
    expect(Object.keys(files).sort()).toEqual(['plain-denoised.png', 'Ämter & "x"-denoised.png'])
    expect(Buffer.from(files['plain-denoised.png']!)).toEqual(await readFile(join(at, 'plain.png')))
    expect((await invoke('denoise.download', { ids })).name).toBe('pictures-denoised.zip')
  })

  it('are given to nobody else', async () => {
    const id = await add(join(app.uploads, 'other', 'uploaded', 'c.png'), noisy(3).png())
    await saved([id], {}, { forDownload: true })
    const { path } = await invoke('denoise.download', { ids: [id] })
    expect((await get(path, {})).status).toBe(403)
    expect((await get(path, { cookie: 'hourglass-session=guessed' })).status).toBe(403)
    expect((await get(path, { cookie, origin: 'http://evil.example' })).status).toBe(403)
    for (const wrong of ['/downloads/', '/downloads/..%2f..%2fhome', `/downloads/${'A'.repeat(24)}`])
      expect((await get(wrong)).status).toBe(404)
    expect((await get(path)).status).toBe(200)
  })

  it('go into a folder where one was chosen, and before and after in one picture too', async () => {
    const out = join(folder, 'chosen-for-uploads')
    await mkdir(out)
    const id = await add(join(app.uploads, 'third', 'uploaded', 'd.png'), noisy(4).png())
    const output = { folder: await place(out) }
    expect((await saved([id], output))[0]).toMatchObject({ state: 'done', isDownloadable: false })
    expect(await readdir(out)).toEqual(['d-denoised.png'])
    const seen = { rectangle: { left: 0, top: 0, width: 40, height: 30 }, controls: defaultControls }
    const both = { id, ...seen, folder: null }
    await expect(invoke('denoise.saveComparison', both)).rejects.toThrow(/Choose a folder/)
    const { name, download } = await invoke('denoise.saveComparison', { ...both, forDownload: true })
    expect(name).toBe('d-before-after.png')
    expect((await get(download!)).headers.get('content-type')).toBe('application/octet-stream')
  })
})
