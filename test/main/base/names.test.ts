import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { App } from '../../../src/main/app/createApp'
import { noHints } from '../../../src/shared/importing'
import { openTestApp } from '../../support/testApp'
import { temporaryFolder } from '../../support/testFolder'

let home: string
let app: App
beforeEach(async () => {
  home = await temporaryFolder()
  app = await openTestApp(home)
})
afterEach(() => app.close())

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
const taken = { code: 'bad-input', message: expect.stringContaining('already') }

async function sample(): Promise<string> {
  const { id } = await app.handlers['datasets.importSample']({ count: 72, seed: 1 })
  await until(async () => (await app.handlers['datasets.get']({ id })).state === 'ready')
  return id
}
async function train(dataset: string, name?: string, language?: 'de'): Promise<string> {
  const presets = await app.handlers['training.presets']({ dataset })
  const { spec, config, name: preset } = presets.find((each) => each.name === 'tied-784-32')!
  const { id } = await app.handlers['training.start']({
    ...{ dataset, spec, preset, config: { ...config, epochs: 1 }, language },
    ...(name === undefined ? {} : { name }),
  })
  await until(async () => (await app.handlers['runs.get']({ id })).state === 'done')
  return id
}

it('sets datasets apart that would have one name, and refuses to call one like another', async () => {
  const [first, second] = [await sample(), await sample()]
  const { items } = await app.handlers['datasets.list']({})
  expect(items.map(({ name }) => name).sort()).toEqual(['Sample', 'Sample 2'])
  await expect(app.handlers['datasets.rename']({ id: second, name: 'sample' })).rejects.toMatchObject(taken)
  // Its own name in other letters is no other one's.
  await app.handlers['datasets.rename']({ id: first, name: 'SAMPLE' })
  await app.handlers['datasets.rename']({ id: second, name: 'Letters' })
})

it('sets runs and their models, kept and imported ones, apart', async () => {
  const dataset = await sample()
  const [first, second] = [await train(dataset), await train(dataset)]
  const named = async (id: string) => (await app.handlers['runs.get']({ id })).name
  expect([await named(first), await named(second)]).toEqual([
    'Sample, dense, 32 numbers',
    'Sample, dense, 32 numbers 2',
  ])
  expect(await named(await train(dataset, undefined, 'de'))).toBe('Sample, dicht, 32 Zahlen')
  const third = await train(dataset, 'Mine')
  expect(await named(await train(dataset, 'mine'))).toBe('mine 2')
  await expect(app.handlers['runs.rename']({ id: third, name: 'MINE 2' })).rejects.toMatchObject(taken)

  const kept = await app.handlers['models.keep']({ run: third, name: 'Mine' })
  expect(kept.name).toBe('Mine (kept)')
  await expect(app.handlers['models.rename']({ id: kept.id, name: 'Mine' })).rejects.toMatchObject(taken)
  await app.handlers['models.rename']({ id: kept.id, name: 'Best' })

  await mkdir(join(home, 'exported'))
  const folder = (await app.places.add(join(home, 'exported'))).place
  const as = {
    format: 'hourglass',
    part: 'full',
    pixels: 'float',
    precision: 'float32',
    tiedAs: 'transposes',
  }
  const made = await app.handlers['models.export']({ ...(as as object), id: kept.id, folder } as never)
  const imported = await app.handlers['models.import']({
    ...{ place: made.folder.place, hints: noHints, noise: null },
  })
  expect(imported.name).toBe('Best (imported)')
  const detail = await app.handlers['models.get']({ id: imported.id })
  expect(detail.bytes).toBe(4 * detail.parameters)
})
