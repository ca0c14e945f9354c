import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../../../src/main/app/createApp'
import type { CommandName, Params } from '../../../../../src/shared/api/commands'
import { type DenoiseControls, defaultControls } from '../../../../../src/shared/api/denoising'
import type { StrengthMask } from '../../../../../src/shared/strengthMask'
import { noisyPixels } from '../../../../support/noisyPicture'
import { syntheticPhotograph } from '../../../../support/syntheticPhotograph'
import { invokeIn, openTestApp } from '../../../../support/testApp'
import { folderOfFile } from '../../../../support/testFolder'

let app: App
let folder: string
beforeAll(async () => {
  folder = await folderOfFile()
  app = await openTestApp(join(folder, 'home'))
})
afterAll(() => app.close())

const invoke = <C extends CommandName>(command: C, params: Params<C>) => invokeIn(app, command, params)

const size = { width: 96, height: 80 }
const clean = noisyPixels({ ...size, sigma: 0 })
const everything = { left: 0, top: 0, ...size }

async function add(name: string, pixels: Uint8Array, quality?: number): Promise<string> {
  const path = join(folder, name)
  await mkdir(folder, { recursive: true })
  const image = sharp(pixels, { raw: { ...size, channels: 3 } })
  await (quality === undefined ? image.png() : image.jpeg({ quality })).toFile(path)
  const { place } = await app.places.add(path)
  return (await invoke('denoise.add', { places: [place] })).ids[0]!
}

async function view(id: string, changes: Partial<DenoiseControls>, scale = 1) {
  const controls = { ...defaultControls, ...changes }
  for (;;) {
    const seen = await invoke('denoise.view', { id, controls, rectangle: everything, scale })
    if (seen.ready === 1 || seen.problem) return seen
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

async function save(id: string, changes: Partial<DenoiseControls>) {
  await invoke('denoise.setControls', { ids: [id], controls: { ...defaultControls, ...changes } })
  const pattern = '{name}-denoised'
  await invoke('denoise.save', { ids: [id], output: { pattern } })
  while ((await invoke('denoise.state', {})).batch.state === 'running')
    await new Promise((resolve) => setTimeout(resolve, 30))
  const row = (await invoke('denoise.list', {})).items.find((one) => one.id === id)!
  return { row, file: join(folder, row.result ?? '') }
}

const mse = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length

/** A bar that is white. */
function withBar(): { damaged: Uint8Array; holes: StrengthMask } {
  const damaged = clean.slice()
  const values = new Uint8Array(size.width * size.height).fill(100)
  for (let y = 30; y < 35; y++)
    for (let x = 10; x < 80; x++) {
      values[y * size.width + x] = 200
      damaged.fill(255, (y * size.width + x) * 3, (y * size.width + x) * 3 + 3)
    }
  return { damaged, holes: { columns: size.width, rows: size.height, values } }
}

describe('damage of a picture in the window', () => {
  it('is proposed where the blocks of a JPEG are seen, and taken out of what is saved', async () => {
    const id = await add('blocks.jpg', clean, 15)
    expect((await invoke('denoise.open', { id })).jpeg).toBe(15)
    const seen = await view(id, { kind: 'jpeg' })
    expect(seen).toMatchObject({ level: 0, problem: null, readyOfAll: 1 })
    expect(mse(seen.restored!.data, clean)).toBeLessThan(mse(seen.original!.data, clean))
    const { row } = await save(id, { kind: 'jpeg' })
    expect(row).toMatchObject({ state: 'done', result: 'blocks-restored.jpg' })
  })

  it('is not proposed for a clean one', async () => {
    const { data, width, height } = syntheticPhotograph(3)
    const path = join(folder, 'clean.png')
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path)
    const { place } = await app.places.add(path)
    const id = (await invoke('denoise.add', { places: [place] })).ids[0]!
    expect((await invoke('denoise.open', { id })).jpeg).toBeNull()
  })

  it('changes painted holes alone, and saves what is seen', async () => {
    const { damaged, holes } = withBar()
    const id = await add('holes.png', damaged)
    const { mask: name } = await invoke('denoise.setMask', { id, layer: 'holes', mask: holes })
    expect((await invoke('denoise.list', {})).items.find((one) => one.id === id)!.holes).toBe(name)
    expect(await invoke('denoise.mask', { id, layer: 'strength' })).toBeNull()
    const { original, restored } = await view(id, { kind: 'holes' })
    const wrong = restored!.data.findIndex(
      (value, i) => holes.values[Math.floor(i / 3)] === 100 && value !== original!.data[i],
    )
    expect(wrong).toBe(-1)
    expect(mse(restored!.data, clean)).toBeLessThan(0.2 * mse(damaged, clean))
    const { row, file } = await save(id, { kind: 'holes' })
    expect(row).toMatchObject({ state: 'done', result: 'holes-restored.png' })
    expect(Buffer.compare(await sharp(file).raw().toBuffer(), Buffer.from(restored!.data))).toBe(0)
  })

  it('leaves a picture without holes as it is, and says so', async () => {
    const id = await add('whole.png', clean)
    const { row } = await save(id, { kind: 'holes', findsScratches: false })
    expect(row).toMatchObject({ state: 'unchanged', message: expect.stringContaining('Nothing is painted') })
  })

  it('is enlarged: before and after are seen in one size, and twice the size is saved', async () => {
    const id = await add('small.png', clean)
    const seen = await view(id, { kind: 'enlarge' }, 2)
    const twice = { width: 2 * size.width, height: 2 * size.height }
    expect(seen).toMatchObject({ level: -1, original: twice, restored: twice })
    const { file } = await save(id, { kind: 'enlarge' })
    expect(await sharp(file).metadata()).toMatchObject(twice)
    expect(await sharp(join(folder, 'small.png')).metadata()).toMatchObject(size)
  })

  it('says that blur needs a model', async () => {
    const id = await add('blurred.png', clean)
    expect((await view(id, { kind: 'blur' })).problem).toContain('No model for blur')
  })
})
