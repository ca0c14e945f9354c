import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { vi } from 'vitest'
import type { App } from '../../src/main/app/createApp'
import { modelIdOfRun } from '../../src/shared/api/library'
import { preprocessingSchema } from '../../src/shared/dataset'
import { modelSpecSchema } from '../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'
import { randomNumbers } from '../support/randomNumbers'
import type { KnownNames } from './pool'
import { openTestApp, type TestLog } from '../support/testApp'

/** An app with some of everything in its library, and what names it. */
export async function fuzzedApp(home: string, log: TestLog): Promise<{ app: App; known: KnownNames }> {
  const pictures = join(home, 'pictures')
  const empty = join(home, 'empty')
  for (const folder of [join(pictures, 'a'), join(pictures, 'b'), empty])
    await mkdir(folder, { recursive: true })
  for (const [i, name] of ['a/1.png', 'a/2.png', 'b/3.png', 'b/4.jpg'].entries())
    await noisy(join(pictures, name), 24 + 16 * i, i + 1)
  const app = await openTestApp(home, log)
  const places = await Promise.all(
    [pictures, empty, join(pictures, 'a/1.png')].map(async (path) => (await app.places.add(path)).place),
  )
  const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 })
  const imported = await app.handlers['datasets.import']({ places: [places[0]!], preprocessing })
  const isReady = async () => {
    const { state } = await app.handlers['datasets.get']({ id: imported.id })
    if (state !== 'ready') throw new Error(`The dataset is ${state}.`)
  }
  await vi.waitFor(isReady, { timeout: 60_000 })
  const { model, dataset } = await app.handlers['showcase.open']({})
  const { ids } = await app.handlers['denoise.add']({ places: [places[0]!] })
  const run = await trained(app, imported.id)
  const as = {
    format: 'onnx',
    part: 'full',
    pixels: 'float',
    precision: 'float32',
    tiedAs: 'transposes',
  } as const
  const exported = await app.handlers['models.export']({ id: model, ...as, folder: places[1]! })
  const set = await openedSet(app, model, dataset)
  const known = {
    ...{ dataset: [imported.id, dataset], run: [run], model: [model, modelIdOfRun(run)], picture: ids },
    ...{ place: [...places, exported.folder.place], set: [set] },
  }
  return { app, known }
}

async function trained(app: App, dataset: string): Promise<string> {
  const input = { height: 8, width: 8, channels: 1 }
  const spec = modelSpecSchema.parse({ input, encoder: [{ type: 'dense', units: 6, activation: 'relu' }] })
  const config = trainingConfigSchema.parse({ epochs: 2, batchSize: 4 })
  const { id } = await app.handlers['training.start']({ dataset, spec, config, preset: null })
  await vi.waitFor(
    async () => {
      const { state, error } = await app.handlers['runs.get']({ id })
      if (state !== 'done') throw new Error(`The run is ${state}: ${error ?? ''}`)
    },
    { timeout: 100_000, interval: 200 },
  )
  return id
}

async function openedSet(app: App, model: string, dataset: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const opened = await app.handlers['latent.open']({ model, datasets: [dataset] })
      if (!('set' in opened)) throw new Error('Its codes are being computed.')
      return opened.set
    },
    { timeout: 100_000, interval: 200 },
  )
}

async function noisy(path: string, side: number, seed: number): Promise<void> {
  const random = randomNumbers(seed)
  const data = Uint8Array.from({ length: side * side * 3 }, () => 90 + 70 * random())
  await sharp(data, { raw: { width: side, height: side, channels: 3 } }).toFile(path)
}
