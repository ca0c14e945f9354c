import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { vi } from 'vitest'
import type { App } from '../../src/main/app/createApp'
import { preprocessingSchema } from '../../src/shared/dataset'
import { randomNumbers } from '../support/randomNumbers'
import { openTestApp, type TestLog } from '../support/testApp'

/** An app with some of everything in its library, and what names it. */
export async function fuzzedApp(home: string, log: TestLog): Promise<{ app: App; known: string[] }> {
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
  const shown = await app.handlers['showcase.open']({})
  const { ids } = await app.handlers['denoise.add']({ places: [places[0]!] })
  const model = await app.handlers['latent.open']({ model: shown.model, datasets: [shown.dataset] })
  const sets = 'set' in model ? [String(model.set)] : []
  const known = [...places, imported.id, shown.dataset, shown.model, ...ids, ...sets]
  return { app, known }
}

async function noisy(path: string, side: number, seed: number): Promise<void> {
  const random = randomNumbers(seed)
  const data = Uint8Array.from({ length: side * side * 3 }, () => 90 + 70 * random())
  await sharp(data, { raw: { width: side, height: side, channels: 3 } }).toFile(path)
}
