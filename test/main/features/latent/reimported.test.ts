import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import type { CodeSet } from '../../../../src/shared/api/latent'
import { commands, type CommandName, type Params, type Results } from '../../../../src/shared/api/commands'
import { drawing, writePicture } from '../../../support/drawnImages'
import { openTestApp } from '../../../support/testApp'
import { folderOfFile } from '../../../support/testFolder'

let home: string
let app: App
let images: string
let dataset: string
let run: string
beforeAll(async () => {
  home = await folderOfFile()
  app = await openTestApp(home)
  images = join(home, 'images')
  for (let n = 0; n < 24; n++)
    await writePicture(
      images,
      `${n < 20 ? 'b' : 'c'}/${String(n).padStart(2, '0')}.png`,
      drawing(n, { width: 28 }),
    )
  const { place } = await app.places.add(images)
  const { id, job } = await ask('datasets.import', { places: [place], preprocessing: { labels: 'folder' } })
  dataset = id
  await ended(job)
  const presets = await ask('training.presets', { dataset })
  const { spec, config } = presets.find(({ name }) => name === 'tied-784-32')!
  ;({ id: run } = await ask('training.start', {
    ...{ dataset, name: 'Run', spec, preset: 'tied-784-32', config: { ...config, epochs: 3 } },
  }))
  await until(async () => (await ask('runs.get', { id: run })).state === 'done')
})
afterAll(() => app.close())

function ask<C extends CommandName>(command: C, params: Params<C>): Promise<Results[C]> {
  const handler = app.handlers[command] as (params: unknown) => Promise<Results[C]>
  return handler(commands[command].parse(params))
}
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
const jobOf = async (job: string) => (await ask('jobs.list', {})).items.find(({ id }) => id === job)!
const ended = (job: string) => until(async () => !['running', 'waiting'].includes((await jobOf(job)).state))

async function openMap(): Promise<CodeSet> {
  for (;;) {
    const answer = await ask('latent.open', { model: `run--${run}`, datasets: [dataset] })
    if (!('job' in answer)) return answer
    await ended(answer.job)
  }
}
const firstPoint = async ({ set }: CodeSet) =>
  (await ask('latent.describe', { set, points: Int32Array.of(0) }))[0]!.path
async function importAgain(): Promise<void> {
  await ended((await ask('datasets.reimport', { id: dataset })).job)
}
const revision = async () => (await ask('datasets.get', { id: dataset })).revision

describe('a dataset that is imported again', () => {
  it('has the same revision where its images are the same, and what was computed from it counts on', async () => {
    const map = await openMap()
    const before = await revision()
    await importAgain()
    expect(await revision()).toBe(before)
    expect(await firstPoint(map)).toBe('b/00.png')
    expect((await openMap()).set).toBe(map.set)
  })

  it('outdates an open map, which shows and saves no other file, until it is made anew', async () => {
    const map = await openMap()
    const labels = (await ask('runs.samples', { id: run })).mapLabels
    expect(labels).toContain('b')
    // One that comes first, and one that goes: as many as before.
    await writePicture(images, 'a/first.png', drawing(99, { width: 28 }))
    await rm(join(images, 'c', '23.png'))
    await importAgain()

    const sentence = 'have been imported again since this map was made. Make the map anew.'
    const { place: folder } = await app.places.add(home)
    const { set } = map
    const points = Int32Array.of(0)
    const questions = [
      firstPoint(map),
      ask('latent.thumbnails', { set, points, size: 28 }),
      ask('latent.search', { set, text: 'b' }),
      ask('latent.files', { set }),
      ask('latent.saveFiles', { set, points, how: 'copy', folder }),
      ask('latent.makeDataset', { set, points, name: 'Some' }),
      ask('latent.neighbors', { set, of: { point: 0 }, k: 3 }),
      ask('latent.project', { set, projection: { method: 'pca', components: 2 } }),
    ]
    for (const one of await Promise.allSettled(questions))
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { code: 'outdated', message: expect.stringContaining(sentence) },
      })
    const anew = await openMap()
    expect(anew.set).not.toBe(set)
    expect(anew.datasets[0]!.revision).not.toBe(map.datasets[0]!.revision)
    expect(await firstPoint(anew)).toBe('a/first.png')
  })

  it('lends no labels to a run of other images, which is not resumed on them', async () => {
    const { mapLabels, datasetRevision } = await ask('runs.samples', { id: run })
    expect(new Set(mapLabels)).toEqual(new Set([null]))
    expect(datasetRevision).not.toBe(await revision())
    await expect(ask('training.resume', { id: run, epochs: 5 })).rejects.toThrow('its images are others now')
  })

  it('leaves models that can be exported when it is deleted, and is theirs again when it is restored', async () => {
    const id = `run--${run}`
    const { id: kept } = await ask('models.keep', { run, name: 'Kept' })
    const { place: folder } = await app.places.add(home)
    const as = {
      format: 'json',
      part: 'full',
      precision: 'float32',
      pixels: 'float',
      tiedAs: 'transposes',
    } as const
    const { undo } = await ask('datasets.remove', { id: dataset })
    for (const model of [id, kept]) {
      expect((await ask('models.export', { id: model, folder, ...as })).files.length).toBeGreaterThan(0)
      await until(async () => (await ask('models.get', { id: model })).trainedOn.datasetId === null)
    }
    await ask('library.restore', { undo })
    for (const model of [id, kept])
      await until(async () => (await ask('models.get', { id: model })).trainedOn.datasetId === dataset)
  })
})
