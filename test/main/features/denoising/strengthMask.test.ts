import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { storedMask } from '../../../../src/main/features/denoising/strengthMasks'
import type { CommandName, Params } from '../../../../src/shared/api/commands'
import { type DenoiseControls, defaultControls } from '../../../../src/shared/api/denoising'
import { mixWithMask } from '../../../../src/shared/mixWithMask'
import { factorAt, factorRows, neutralMask, type StrengthMask } from '../../../../src/shared/strengthMask'
import { noisyPicture } from '../../../support/noisyPicture'
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

const row = async (id: string) => (await invoke('denoise.list', {})).items.find((one) => one.id === id)!

async function addPicture(name: string, image: Sharp): Promise<{ id: string; path: string }> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await image.toFile(path)
  const { place } = await app.places.add(path)
  const { ids } = await invoke('denoise.add', { places: [place] })
  return { id: ids[0]!, path }
}

async function saved(ids: string[]): Promise<Awaited<ReturnType<typeof row>>[]> {
  await invoke('denoise.save', { ids, output: {} })
  while ((await invoke('denoise.state', {})).batch.state !== 'idle')
    await new Promise((resolve) => setTimeout(resolve, 30))
  return Promise.all(ids.map(row))
}

const everything = { left: 0, top: 0, width: 5000, height: 5000 }

async function restoredView(id: string, controls: DenoiseControls, stronger: boolean) {
  for (;;) {
    const question = { id, controls, rectangle: everything, scale: 1 }
    // The picture itself is looked at too, as in a window.
    const base = await invoke('denoise.view', question)
    const view = stronger ? await invoke('denoise.view', { ...question, stronger }) : base
    if (view.ready === 1 && base.ready === 1) return view
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A quarter of a picture of which nothing is taken out, and one with twice as much. */
function painted(size: { width: number; height: number }): StrengthMask {
  const mask = neutralMask(size)
  const { columns, rows, values } = mask
  for (let y = 0; y < rows / 2; y++)
    for (let x = 0; x < columns; x++) values[y * columns + x] = x < columns / 2 ? 0 : 200
  return mask
}

describe('a picture that is painted over', () => {
  it.each([
    ['as it is', 1, 1],
    ['turned, and less of its noise', 6, 0.8],
    ['turned the other way', 8, 1.2],
  ])('is saved as it is seen, %s', async (_, orientation, strength) => {
    const noisy = noisyPicture({ width: 290, height: 96 }).withMetadata({ orientation }).tiff()
    const { id, path } = await addPicture(`mask-${orientation}.tif`, noisy)
    const { width, height } = await row(id)
    expect(width > height).toBe(orientation === 1)
    const mask = painted({ width, height })
    const { mask: name } = await invoke('denoise.setMask', { id, mask })
    expect((await row(id)).mask).toBe(name)
    expect((await invoke('denoise.mask', { id }))!.values).toEqual(mask.values)
    const controls = { ...defaultControls, strength, color: 0.9 }
    await invoke('denoise.setControls', { ids: [id], controls })
    await invoke('denoise.open', { id })

    const view = await restoredView(id, controls, false)
    const stronger = await restoredView(id, controls, true)
    const [original, restored] = [view.original!, view.restored!]
    const seen = new Uint8Array(original.data.length)
    const mix = { ...controls, strength: Math.min(1, strength) }
    mixWithMask(seen, original.data, restored.data, original.channels, mix, {
      ...{ width, stronger: stronger.restored!.data },
      factors: factorRows(mask, { width, height }, { left: 0, top: 0, width, step: 1 }),
    })

    const [done] = await saved([id])
    expect(done).toMatchObject({ state: 'done' })
    const result = await sharp(path.replace('.tif', '-denoised.tif')).autoOrient().raw().toBuffer()
    expect(Buffer.compare(result, seen)).toBe(0)
    const pixel = (data: Uint8Array, x: number, y: number) => [
      ...data.subarray((y * width + x) * 3).slice(0, 3),
    ]
    expect(pixel(result, 10, 10)).toEqual(pixel(original.data, 10, 10))
    // What is painted otherwise is not done before.
    await invoke('denoise.setMask', { id, mask: null })
    expect((await row(id)).mask).toBeNull()
    expect((await saved([id]))[0]!.state).toBe('done')
    expect((await saved([id]))[0]!.state).toBe('skipped')
  })

  it('was not changed where all is painted away', async () => {
    const { id } = await addPicture('away.png', noisyPicture({ width: 64, height: 48 }).png())
    const mask = neutralMask({ width: 64, height: 48 })
    mask.values.fill(0)
    await invoke('denoise.setMask', { id, mask })
    expect((await saved([id]))[0]).toMatchObject({ state: 'unchanged', result: null })
    // It comes back with the picture that was taken off the list.
    const { undo } = await invoke('denoise.remove', { ids: [id] })
    await expect(invoke('denoise.mask', { id })).rejects.toThrow(/not on the list/)
    await invoke('denoise.putBack', { undo })
    expect((await invoke('denoise.mask', { id }))!.values).toEqual(mask.values)
  })
})

it.each([1, 2, 3, 4, 5, 6, 7, 8])('lies over a picture of orientation %i as it is seen', (orientation) => {
  const upright: StrengthMask = { columns: 3, rows: 2, values: Uint8Array.of(0, 50, 100, 120, 160, 200) }
  const stored = storedMask(upright, orientation)
  expect([stored.columns, stored.rows]).toEqual(orientation >= 5 ? [2, 3] : [3, 2])
  // The first pixel that is stored is, upright: EXIF 2.32, 4.6.4.
  const corners = { 1: [0, 0], 2: [2, 0], 3: [2, 1], 4: [0, 1], 5: [0, 0], 6: [2, 0], 7: [2, 1], 8: [0, 1] }
  const [x, y] = corners[orientation as 1]
  const size = { width: 3, height: 2 }
  expect(stored.values[0]! / 100).toBeCloseTo(factorAt(upright, size, x!, y!))
})

describe('settings of a single picture', () => {
  it('stay its own, are saved with it, and are not those of later ones', async () => {
    const size = { width: 64, height: 48 }
    const [a, b] = [
      await addPicture('own/a.png', noisyPicture(size).png()),
      await addPicture('own/b.png', noisyPicture({ ...size, seed: 2 }).png()),
    ]
    await invoke('denoise.setControls', {
      ids: [a.id, b.id],
      controls: { ...defaultControls, strength: 0.5 },
    })
    const own = { ...defaultControls, strength: 0 }
    await invoke('denoise.setControls', { ids: [b.id], controls: own, isOwn: true })
    expect(await row(a.id)).toMatchObject({ hasOwnControls: false, controls: { strength: 0.5 } })
    expect(await row(b.id)).toMatchObject({ hasOwnControls: true, controls: own })
    expect((await saved([a.id, b.id])).map(({ state }) => state)).toEqual(['done', 'unchanged'])
    const later = await addPicture('own/c.png', noisyPicture({ ...size, seed: 3 }).png())
    expect(await row(later.id)).toMatchObject({ hasOwnControls: false, controls: { strength: 0.5 } })
    await invoke('denoise.setControls', { ids: [b.id], controls: defaultControls, isOwn: false })
    expect(await row(b.id)).toMatchObject({ hasOwnControls: false, controls: defaultControls })
  })
})
