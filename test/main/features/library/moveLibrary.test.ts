import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { openTestApp } from '../../../support/testApp'
import { outputOf, runModule } from '../../../support/moduleProcess'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let app: App
beforeEach(async () => {
  home = await temporaryFolder()
  app = await openTestApp(home)
})
afterEach(() => app.close())

async function ended(job: string): Promise<{ state: string; error: string | null }> {
  for (;;) {
    const { items } = await app.handlers['jobs.list']({})
    const found = items.find(({ id }) => id === job)!
    if (found.state !== 'running' && found.state !== 'waiting') return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function sample(): Promise<string> {
  const { id, job } = await app.handlers['datasets.importSample']({ count: 72, seed: 1 })
  expect(await ended(job)).toMatchObject({ state: 'done' })
  return id
}

async function moveTo(folder: string): Promise<{ state: string; error: string | null }> {
  const { place } = await app.places.add(folder)
  const { job } = await app.handlers['library.move']({ place })
  return ended(job)
}

describe('moving the library', () => {
  it('takes everything along, and works on in the new place, also after a restart', async () => {
    const id = await sample()
    const target = join(home, 'moved')
    await mkdir(target)
    expect(await moveTo(target)).toMatchObject({ state: 'done', error: null })
    expect((await app.handlers['app.state']({})).library.location).toBe(target)
    expect((await readdir(target)).sort()).toEqual([
      'anomalies',
      'datasets',
      'library.lock',
      'models',
      'runs',
      'tables',
    ])
    expect(await readdir(join(home, 'library'))).toEqual([])
    expect(await app.handlers['datasets.get']({ id })).toMatchObject({ count: 72, state: 'ready' })
    await app.close()
    app = await openTestApp(home)
    expect((await app.handlers['datasets.list']({})).items).toMatchObject([{ id, count: 72 }])
  })

  it('keeps runs with their datasets', async () => {
    const id = await sample()
    const run = join(home, 'library', 'runs', 'r')
    await mkdir(run)
    const info = await import('../../cli/report/reportSample').then(({ fullReport }) => fullReport().run)
    await writeFile(
      join(run, 'run.json'),
      JSON.stringify({ ...info, dataset: join(home, 'library', 'datasets', id) }),
    )
    const target = join(home, 'moved')
    await mkdir(target)
    await moveTo(target)
    expect(await app.handlers['runs.get']({ id: 'r' })).toMatchObject({ datasetId: id })
  })

  it('says from where to where and how much, and does nothing until it is asked to', async () => {
    await sample()
    const target = join(home, 'moved')
    await mkdir(target)
    const { place } = await app.places.add(target)
    const plan = await app.handlers['library.planMove']({ place })
    expect(plan).toMatchObject({ from: join(home, 'library'), to: target })
    expect(plan.bytes).toBeGreaterThan(72 * 28 * 28)
    expect(await readdir(target)).toEqual([])
  })

  it.each([
    ['a folder that is not empty', 'full'],
    ['a folder within the library', 'library/datasets'],
    ['the folder that it lies in', '.'],
  ])('refuses %s', async (_, folder) => {
    await mkdir(join(home, 'full'), { recursive: true })
    await writeFile(join(home, 'full', 'thesis.doc'), 'text')
    const { place } = await app.places.add(join(home, folder))
    await expect(app.handlers['library.planMove']({ place })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(app.handlers['library.move']({ place })).rejects.toMatchObject({ code: 'bad-input' })
    expect(await readFile(join(home, 'full', 'thesis.doc'), 'utf8')).toBe('text')
  })

  it('leaves the library whole when it is killed in the middle, and takes over what was copied', async () => {
    const id = await sample()
    await app.close()
    const target = join(home, 'moved')
    await mkdir(target)
    // A process that is killed once the first files have been copied.
    const child = runModule(`
      const { openTestApp } = await load('test/support/testApp.ts')
      const app = await openTestApp(${JSON.stringify(home)})
      app.events.on('jobs.changed', ({ changed }) => {
        if (changed[0].phase === 'copying') process.kill(process.pid, 'SIGKILL')
      })
      const { place } = await app.places.add(${JSON.stringify(target)})
      await app.handlers['library.move']({ place })
      await new Promise(() => setInterval(() => undefined, 1000))`)
    await outputOf(child)
    expect(child.signalCode).toBe('SIGKILL')
    app = await openTestApp(home)
    expect(await app.handlers['datasets.get']({ id })).toMatchObject({ count: 72, state: 'ready' })
    expect(await readdir(target)).toContain('.hourglass-copy-under-way')
    expect(await moveTo(target)).toMatchObject({ state: 'done' })
    expect(await app.handlers['datasets.get']({ id })).toMatchObject({ count: 72, state: 'ready' })
  })
})
