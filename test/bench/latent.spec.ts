import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { UMAP } from 'umap-js'
import { DatasetWriter } from '../../src/main/store/datasetWriter'
import { preprocessingSchema } from '../../src/shared/dataset'
import { type ModelSpec, modelSpecSchema } from '../../src/shared/modelSpec'
import { projectionSchema } from '../../src/shared/api/latent'
import { serve } from '../e2e/support/servedApp'
import { testComputeClient } from '../support/commandLine'
import { randomNumbers } from '../support/randomNumbers'
import { trainRun } from '../support/trainedRun'
import { frameTimes, quantile, report } from './support'

const dimensions = 49
const test = base.extend<{ folder: string }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs out of this pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'hourglass-bench-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },
})

/** Twenty clouds of codes. */
function codes(count: number): Float32Array {
  const random = randomNumbers(1)
  const normal = () => random() + random() + random() + random() - 2
  const middles = Float32Array.from({ length: 20 * dimensions }, () => 4 * normal())
  return Float32Array.from(
    { length: count * dimensions },
    (_, i) => middles[(Math.floor(i / dimensions) % 20) * dimensions + (i % dimensions)]! + normal(),
  )
}

async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

// eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a test needs out of this pattern
test('projections', async ({}, info) => {
  const client = testComputeClient()
  const map = (count: number, given: Parameters<typeof projectionSchema.parse>[0]) => {
    const params = { codes: codes(count), dimensions, projection: projectionSchema.parse(given) }
    return timed(() => client.call('mapCodes', params))
  }
  await map(1000, { method: 'pca', components: 2 })
  const told = (name: string, seconds: number, limit: number) =>
    report(info, name, `${seconds.toFixed(2)} s`, `< ${limit} s`, seconds < limit)
  told('PCA of 100,000 × 49', await map(100_000, { method: 'pca', components: 2 }), 2)
  const umap = { method: 'umap', components: 2 }
  told('UMAP of 10,000 × 49', await map(10_000, umap), 10)
  told('UMAP of 50,000 × 49', await map(50_000, umap), 60)
  const ours = await map(5000, umap)
  const few = codes(5000)
  const rows = Array.from({ length: 5000 }, (_, i) => [...few.subarray(i * dimensions, (i + 1) * dimensions)])
  const theirs = await timed(() => new UMAP({ random: randomNumbers(2) }).fit(rows))
  const ratio = `${(theirs / ours).toFixed(1)} x`
  report(
    info,
    `UMAP of 5,000 × 49: umap-js takes ${theirs.toFixed(1)} s, ours ${ours.toFixed(1)} s`,
    ratio,
    '> 1 x',
    ratio > '1',
  )
  await client.dispose()
})

/** Images of noise, each with a bright square, as a dataset and a model of it in a library. */
async function makeLibrary(library: string, count: number, side: number, units: number[]): Promise<void> {
  const dataset = join(library, 'datasets', 'many')
  await mkdir(dataset, { recursive: true })
  const writer = await DatasetWriter.open(dataset, side * side)
  const random = randomNumbers(3)
  const row = new Uint8Array(side * side)
  for (let i = 0; i < count; i++) {
    const [left, top, bright] = [random() * (side - 3), random() * (side - 3), 90 + random() * 160]
    for (let at = 0; at < row.length; at++) {
      const [x, y] = [at % side, Math.floor(at / side)]
      row[at] = x >= left && y >= top && x < left + 3 && y < top + 3 ? bright : (at * 7) % 20
    }
    const label = String(i % 10)
    await writer.add({ path: `${label}/${i}.png`, source: 0, label, width: side, height: side }, row)
  }
  const labels = Array.from({ length: 10 }, (_, i) => String(i))
  await writer.commit({
    ...{ version: 1, name: 'many', createdAt: new Date(0).toISOString(), sources: ['/nowhere'] },
    preprocessing: preprocessingSchema.parse({ width: side, height: side }),
    ...{ count, width: side, height: side, channels: 1, labels, skipped: [] },
  })
  const client = testComputeClient()
  const spec: ModelSpec = modelSpecSchema.parse({
    input: { height: side, width: side, channels: 1 },
    encoder: units.map((n, i) => ({
      type: 'dense',
      units: n,
      activation: i < units.length - 1 ? 'elu' : 'linear',
    })),
  })
  await trainRun(client, join(library, 'runs', 'model'), dataset, spec)
  await client.dispose()
}

const map = (page: Page) => page.getByRole('application')

/** Opens the map of the library in the page. */
async function openMap(page: Page, home: string): Promise<{ stop(): Promise<void> }> {
  const app = await serve({ home, roots: [home] })
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(app.address)
  await page.evaluate(() => (location.hash = '#/latent/run--model?datasets=many'))
  await page.locator('[role=application]:not([aria-busy])').waitFor({ timeout: 300_000 })
  // UMAP begins by itself, with a sample of so many: what is measured here is all of them.
  await page.getByRole('radio', { name: 'PCA', exact: true }).click()
  await page.waitForTimeout(2000)
  return app
}

async function gestures(
  page: Page,
): Promise<Record<'hover' | 'pan' | 'zoom' | 'lasso', () => Promise<void>>> {
  const box = (await map(page).boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const circle = async (radius: number) => {
    for (let i = 0; i < 150; i++)
      await page.mouse.move(x + radius * Math.sin(i / 9), y + 0.8 * radius * Math.cos(i / 9))
  }
  const drag = async (radius: number) => {
    await page.mouse.move(x, y)
    await page.mouse.down()
    await circle(radius)
    await page.mouse.up()
  }
  return {
    hover: () => circle(180),
    pan: () => drag(90),
    zoom: async () => {
      for (let i = 0; i < 120; i++) await page.mouse.wheel(0, i < 60 ? -40 : 40)
    },
    lasso: async () => {
      await page.getByRole('button', { name: 'Select with a lasso' }).click()
      await drag(150)
    },
  }
}

test('100,000 points in the window', async ({ folder, page }, info) => {
  const home = join(folder, 'home')
  await makeLibrary(join(home, 'library'), 100_000, 28, [196, 49])
  const app = await openMap(page, home)
  for (const [name, act] of Object.entries(await gestures(page))) {
    const times = await frameTimes(page, act)
    const rate = (1000 * times.length) / times.reduce((sum, time) => sum + time, 0)
    report(info, `${name}: frames a second`, rate.toFixed(1), '> 50', rate > 50)
  }
  await page.getByRole('radio', { name: 'Draw', exact: true }).click()
  await page.getByRole('button', { name: 'Mean of all' }).click()
  const slider = page.getByRole('slider', { name: /^Dimension \d+ of the code/ }).first()
  await slider.focus()
  const times: number[] = []
  for (let i = 0; i < 30; i++) {
    const drawn = page.getByRole('img', { name: /^Drawn by the model/ })
    const took = drawn.evaluate(
      (canvas) =>
        new Promise<number>((resolve) => {
          const startedAt = performance.now()
          const context = (canvas as HTMLCanvasElement).getContext('2d')!
          const put = context.putImageData
          context.putImageData = (...args: unknown[]) => {
            context.putImageData = put
            ;(put as (...args: unknown[]) => void).apply(context, args)
            resolve(performance.now() - startedAt)
          }
          document.activeElement!.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }),
          )
        }),
    )
    times.push(await took)
  }
  const median = quantile(times, 0.5)
  report(info, 'a number moved, image drawn', `${median.toFixed(1)} ms`, '< 30 ms', median < 30)
  await app.stop()
})

test('1,000,000 points in the window', async ({ folder, page }, info) => {
  const home = join(folder, 'home')
  await makeLibrary(join(home, 'library'), 1_000_000, 8, [48, 8])
  await page.addInitScript(() => {
    const long: number[] = []
    Object.assign(window, { long })
    new PerformanceObserver((list) =>
      long.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      entryTypes: ['longtask'],
    })
  })
  // Once, so that codes and map are there.
  await (await openMap(page, home)).stop()
  const app = await openMap(page, home)
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { long: number[] }).long))
  report(info, 'loading: longest pause', `${longest.toFixed(0)} ms`, '< 200 ms', longest < 200)
  for (const [name, act] of Object.entries(await gestures(page))) {
    const times = await frameTimes(page, act)
    const slowest = Math.max(...times)
    report(info, `${name}: longest pause`, `${slowest.toFixed(0)} ms`, '< 200 ms', slowest < 200)
  }
  const { heap } = await page.evaluate(() => ({
    heap: (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  }))
  report(info, 'heap of the page', `${(heap / 1e6).toFixed(0)} MB`, '-', true)
  await app.stop()
})
