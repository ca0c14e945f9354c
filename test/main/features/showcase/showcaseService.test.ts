import { stat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { showcaseFolder } from '../../../../src/main/features/showcase/showcaseFiles'
import type { ShowcaseEnd, ShowcaseProgress } from '../../../../src/shared/api/showcase'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let app: App
let progress: ShowcaseProgress[]
let ends: ShowcaseEnd['how'][]
beforeEach(async () => {
  app = await openTestApp(await temporaryFolder())
  progress = []
  ends = []
  app.events.on('showcase.progressed', (now) => progress.push(now))
  app.events.on('showcase.ended', ({ how }) => ends.push(how))
})
afterEach(() => app.close())

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const start = (viewer = 'one') => app.handlers['showcase.start']({ viewer })
const leave = (viewer = 'one', keep = false) => app.handlers['showcase.leave']({ viewer, keep })

describe('what learns on the start screen', () => {
  it('comes with the app, small, with its letters, its map and what the trained network draws', async () => {
    const { images, labels, map, shown, reconstructions, loss } = await app.handlers['showcase.get']({})
    expect(images).toMatchObject({ count: 576, height: 28, width: 28, channels: 1 })
    expect(labels).toHaveLength(576)
    expect([...shown].map((row) => labels[row]).join('')).toBe('HOURGLASS123')
    expect(map).toHaveLength(2 * 576)
    expect(map.every((place) => place >= 0 && place <= 1)).toBe(true)
    expect(reconstructions.data).toHaveLength(12 * 28 ** 2)
    expect(loss).toBeLessThan(0.03)
    const names = await readdir(showcaseFolder())
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(showcaseFolder(), name))).size),
    )
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1_000_000)
  })

  it('learns, pauses, goes on, and stops', async () => {
    expect(await start()).toEqual({ started: true })
    await until(() => progress.length > 3)
    await app.handlers['showcase.pause']({})
    expect(ends).toEqual(['paused'])
    const { step } = progress.at(-1)!
    const before = progress.length
    await start()
    await until(() => progress.length > before)
    expect(progress[before]!.step).toBeGreaterThanOrEqual(step)
    await leave()
    expect(ends).toEqual(['paused', 'stopped'])
    const after = progress.length
    await start()
    await until(() => progress.length > after)
    expect(progress[after]).toMatchObject({ step: 0, loss: null })
  })

  it('goes on as long as one window looks on, and pauses for all', async () => {
    await start('one')
    await start('two')
    await until(() => progress.length > 0)
    await leave('one')
    const before = progress.length
    await until(() => progress.length > before)
    expect(ends).toEqual([])
    // The last one is hidden, and comes back.
    await leave('two', true)
    expect(ends).toEqual(['paused'])
    const { step } = progress.at(-1)!
    const after = progress.length
    await start('two')
    await start('three')
    await until(() => progress.length > after)
    expect(progress[after]!.step).toBeGreaterThanOrEqual(step)
    await app.handlers['showcase.pause']({})
    expect(ends).toEqual(['paused', 'paused'])
    await leave('two')
    await leave('three')
    // Nobody looks on any more: the next one begins anew.
    const atLast = progress.length
    await start('four')
    await until(() => progress.length > atLast)
    expect(progress[atLast]).toMatchObject({ step: 0 })
  })

  it('gives way to something real, and does not begin beside it', async () => {
    await start()
    await until(() => progress.length > 0)
    await app.handlers['datasets.importSample']({ count: 72, seed: 1 })
    await until(() => ends.length > 0)
    expect(ends).toEqual(['stopped'])
    const isImporting = async () =>
      (await app.handlers['jobs.list']({})).items.some(({ state }) => state === 'running')
    if (await isImporting()) expect(await start()).toEqual({ started: false })
  })

  it('is opened once as a dataset and a model that belong together', async () => {
    const [opened, again] = await Promise.all([
      app.handlers['showcase.open']({}),
      app.handlers['showcase.open']({}),
    ])
    expect(again).toEqual(opened)
    expect(await app.handlers['showcase.open']({})).toEqual(opened)
    const dataset = await app.handlers['datasets.get']({ id: opened.dataset })
    expect(dataset).toMatchObject({ count: 576, labels: 36, width: 28, state: 'ready' })
    const model = await app.handlers['models.get']({ id: opened.model })
    expect(model).toMatchObject({ codeSize: 24, kind: 'saved' })
    expect(model.trainedOn.datasetId).toBe(opened.dataset)
  })
})
