import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultControls } from '../../../../src/shared/api/denoising'
import type { App } from '../../../../src/main/app/createApp'
import { writeModel } from '../../../../src/main/store/modelStore'
import { writeRunInfo } from '../../../../src/main/store/runStore'
import { describeRun, rectanglesDataset, smallSpec } from '../../../support/trainedRun'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let app: App
beforeEach(async () => {
  home = await temporaryFolder()
  const library = join(home, 'library')
  const dataset = await rectanglesDataset(join(library, 'datasets', 'rectangles'))
  await mkdir(join(library, 'runs', 'one'), { recursive: true })
  await writeRunInfo(join(library, 'runs', 'one'), describeRun(dataset))
  await mkdir(join(library, 'models'), { recursive: true })
  await writeModel(join(library, 'models', 'kept'), {
    info: {
      version: 1,
      name: 'Kept',
      createdAt: new Date(0).toISOString(),
      spec: smallSpec,
      input: smallSpec.input,
      trainedOn: { dataset: 'rectangles', images: 96, noise: null },
      metrics: null,
      versions: {},
    },
    weights: {},
    card: '',
    preview: null,
  })
  app = await openTestApp(home)
})
afterEach(() => app.close())

const lists = async () => ({
  datasets: (await app.handlers['datasets.list']({})).items,
  runs: (await app.handlers['runs.list']({})).items,
  models: (await app.handlers['models.list']({})).items,
})

describe('what was removed', () => {
  it.each([
    ['datasets', 'rectangles'],
    ['runs', 'one'],
    ['models', 'kept'],
  ] as const)('is listed again as it was: %s', async (kind, id) => {
    const before = await lists()
    expect(before[kind].map((item) => item.id)).toEqual([id])
    const { undo } = await app.handlers[`${kind}.remove`]({ id })
    expect((await lists())[kind]).toEqual([])
    await expect(app.handlers[`${kind}.get`]({ id })).rejects.toMatchObject({ code: 'not-found' })
    expect(await app.handlers['library.restore']({ undo })).toEqual({ kind, id })
    await expect.poll(async () => lists()).toEqual(before)
    await expect(app.handlers['library.restore']({ undo })).rejects.toThrow('deleted for good')
  })

  it('is gone once the window says so, and when the app ends', async () => {
    const { undo } = await app.handlers['runs.remove']({ id: 'one' })
    await app.handlers['library.empty']({ undo: [undo] })
    expect(await readdir(join(home, 'library', 'runs'))).toEqual([])
    await app.handlers['models.remove']({ id: 'kept' })
    expect(await readdir(join(home, 'library', 'models'))).toHaveLength(1)
    await app.close()
    expect(await readdir(join(home, 'library', 'models'))).toEqual([])
  })

  it('is gone at the next start after a crash, and the rest is whole', async () => {
    await app.handlers['runs.remove']({ id: 'one' })
    // The library as a crash leaves it now.
    const crashed = join(home, 'crashed')
    await cp(join(home, 'library'), join(crashed, 'library'), { recursive: true })
    expect(await readdir(join(crashed, 'library', 'runs'))).toHaveLength(1)
    const next = await openTestApp(crashed)
    expect(await readdir(join(crashed, 'library', 'runs'))).toEqual([])
    expect((await next.handlers['datasets.list']({})).items.map(({ state }) => state)).toEqual(['ready'])
    await next.close()
  })

  it('takes the pictures of a list off and puts them back with what was set for them', async () => {
    const folder = join(home, 'pictures')
    await mkdir(folder)
    for (const name of ['a.png', 'b.png']) await writeFile(join(folder, name), await onePixel())
    const { place } = await app.places.add(folder)
    const { ids } = await app.handlers['denoise.add']({ places: [place] })
    const list = async () => (await app.handlers['denoise.list']({})).items
    const controls = { ...defaultControls, sigma: 12, strength: 0.5 }
    await app.handlers['denoise.setControls']({ ids: [ids[0]!], controls })
    const before = await list()
    const { undo } = await app.handlers['denoise.remove']({ ids: [...ids] })
    expect(await list()).toEqual([])
    await app.handlers['denoise.putBack']({ undo })
    expect(await list()).toEqual(before)
    await expect(app.handlers['denoise.putBack']({ undo })).rejects.toThrow('Open them again')
    // A picture that was opened again meanwhile is not there twice.
    const second = await app.handlers['denoise.remove']({ ids: [...ids] })
    await app.handlers['denoise.add']({ places: [place] })
    await app.handlers['denoise.putBack'](second)
    expect((await list()).map(({ name }) => name).sort()).toEqual(['a.png', 'b.png'])
  })
})

async function onePixel(): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  return sharp({ create: { width: 40, height: 30, channels: 3, background: '#888' } })
    .png()
    .toBuffer()
}
