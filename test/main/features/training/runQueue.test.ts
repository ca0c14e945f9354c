import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { commands } from '../../../../src/shared/api/commands'
import { RunQueue } from '../../../../src/main/features/training/runQueue'
import type { TrainingState } from '../../../../src/shared/api/training'
import type { TrainingConfig } from '../../../../src/shared/trainingConfig'
import { openTestApp, testLog, type TestLog } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let app: App
let log: TestLog
let dataset: string
beforeEach(async () => {
  home = await temporaryFolder()
  log = testLog()
  app = await openTestApp(home, log)
  const sample = await app.handlers['datasets.importSample']({ count: 72, seed: 1 })
  dataset = sample.id
  await jobEnded(sample.job)
})
afterEach(() => app.close())

const forever = { epochs: 1_000_000 }

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
const jobEnded = (id: string) =>
  until(async () => {
    const job = (await app.handlers['jobs.list']({})).items.find((one) => one.id === id)
    return job !== undefined && job.state !== 'waiting' && job.state !== 'running'
  })

async function start(name: string, changes: Partial<TrainingConfig>, on = dataset): Promise<string> {
  const presets = await app.handlers['training.presets']({ dataset })
  const { spec, config, name: preset } = presets.find((one) => one.name === 'tied-784-32')!
  const request = { dataset: on, name, spec, preset, config: { ...config, ...changes } }
  return (await app.handlers['training.start'](request)).id
}
const state = async (id: string) => (await app.handlers['runs.get']({ id })).state
const is = (id: string, wanted: string) => until(async () => (await state(id)) === wanted)
const queue = async () => (await app.handlers['training.state']({})).queue.map(({ id }) => id)
const infoOf = async (id: string) =>
  JSON.parse(await readFile(join(home, 'library', 'runs', id, 'run.json'), 'utf8')) as {
    state: string
    owner: unknown
    error: string | null
  }
async function reopen(): Promise<void> {
  await app.close()
  app = await openTestApp(home, log)
}
afterEach(() => expect(log.lines.filter((line) => line.startsWith('error'))).toEqual([]))

describe('the order of a queue', () => {
  const run = (id: string, place: number) => ({
    ...{ id, place, dataset: null, schedule: 'constant' as const, epochs: 1, isNew: true },
  })

  it('changes one place for each move', () => {
    const runs = new RunQueue()
    for (const id of ['a', 'b', 'c']) runs.put(run(id, runs.placeAtEnd()))
    const ids = () => runs.runs.map(({ id }) => id).join('')
    const move = (id: string, to: 'up' | 'down' | 'top') => runs.put(run(id, runs.placeAfter(id, to)))
    move('c', 'up')
    expect(ids()).toBe('acb')
    move('a', 'down')
    expect(ids()).toBe('cab')
    move('b', 'top')
    expect(ids()).toBe('bca')
    move('b', 'up')
    move('a', 'down')
    expect(ids()).toBe('bca')
    runs.put(run('d', runs.placeInFront()))
    expect(ids()).toBe('dbca')
    expect(runs.take('b')).toBe(true)
    expect(runs.take('b')).toBe(false)
    expect(ids()).toBe('dca')
  })
})

describe('runs that wait', () => {
  it('begin by themselves when the one before is stopped, and is done', async () => {
    const told: TrainingState[] = []
    app.events.on('training.changed', (now) => void told.push(now))
    const first = await start('First', forever)
    const second = await start('Second', { epochs: 1 })
    const third = await start('Third', { epochs: 1 })
    expect(await state(second)).toBe('waiting')
    expect(await queue()).toEqual([second, third])
    expect(await infoOf(second)).toMatchObject({ state: 'waiting', owner: null })
    await app.handlers['training.stop']({ id: first })
    await is(third, 'done')
    expect(await state(first)).toBe('stopped')
    expect(await state(second)).toBe('done')
    await until(async () => (await app.handlers['training.state']({})).type === 'idle')
    const trained = told.flatMap((now) => (now.type === 'training' ? [now.run] : []))
    expect([...new Set(trained)]).toEqual([first, second, third])
  })

  it('begin although the one before fails, or its folder was deleted', async () => {
    const first = await start('First', forever)
    const gone = await start('Gone', { epochs: 1 })
    const broken = await start('Broken', { epochs: 1 })
    const last = await start('Last', { epochs: 1 })
    await app.handlers['training.move']({ id: gone, to: 'down' })
    expect(await queue()).toEqual([broken, gone, last])
    // A device that is not there any more.
    const path = join(home, 'library', 'runs', broken, 'run.json')
    const info = JSON.parse(await readFile(path, 'utf8'))
    const waiting = { ...info.waiting, target: { runtime: 'onnx', device: 'nowhere' } }
    await writeFile(path, JSON.stringify({ ...info, waiting }))
    await rm(join(home, 'library', 'runs', gone), { recursive: true })
    await app.handlers['training.stop']({ id: first })
    await is(last, 'done')
    expect(await infoOf(broken)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('nowhere') as string,
    })
    expect((await app.handlers['runs.list']({})).items.map(({ id }) => id)).not.toContain(gone)
    // What could not be told of the run that was deleted is in the log of the app, and ended nothing.
    log.lines.length = 0
  })

  it('are held by a pause, until the queue is started', async () => {
    const first = await start('First', forever)
    const second = await start('Second', forever)
    await app.handlers['training.pause']({ id: first })
    await is(first, 'paused')
    await until(async () => (await app.handlers['training.state']({})).type === 'held')
    expect(await state(second)).toBe('waiting')
    await app.handlers['training.startQueue']({})
    await is(second, 'training')
    // One that is resumed meanwhile waits, and is as it was when it is taken out of the queue.
    await app.handlers['training.resume']({ id: first })
    expect(await state(first)).toBe('waiting')
    await app.handlers['training.stop']({ id: first })
    expect(await state(first)).toBe('paused')
    await app.handlers['training.pause']({ id: second })
    await is(second, 'paused')
    // Nothing waits: what is resumed trains at once.
    await app.handlers['training.resume']({ id: first })
    await is(first, 'training')
  })

  it('go on after a run that is resumed, which comes first', async () => {
    const first = await start('First', forever)
    const second = await start('Second', { epochs: 1 })
    await app.handlers['training.pause']({ id: first })
    await is(first, 'paused')
    await app.handlers['training.resume']({ id: first })
    await is(first, 'training')
    expect(await queue()).toEqual([second])
    await app.handlers['training.stop']({ id: first })
    await is(second, 'done')
  })

  it('can be put first, taken out and deleted', async () => {
    await start('First', forever)
    const second = await start('Second', forever)
    const third = await start('Third', forever)
    const fourth = await start('Fourth', forever)
    await app.handlers['training.resume']({ id: fourth })
    expect(await queue()).toEqual([fourth, second, third])
    await app.handlers['training.stop']({ id: second })
    expect(await state(second)).toBe('stopped')
    await app.handlers['runs.remove']({ id: third })
    await until(async () => (await queue()).length === 1)
    expect(await queue()).toEqual([fourth])
    await expect(app.handlers['training.move']({ id: second, to: 'up' })).rejects.toThrow('does not wait')
    await expect(app.handlers['datasets.remove']({ id: dataset })).rejects.toThrow('is being trained')
  })

  it('are there in their order after a restart, and begin when the queue is started', async () => {
    const first = await start('First', forever)
    const second = await start('Second', { epochs: 1 })
    const third = await start('Third', { epochs: 1 })
    await app.handlers['training.move']({ id: third, to: 'up' })
    await reopen()
    expect(await app.handlers['training.state']({})).toEqual({
      type: 'held',
      queue: [
        { id: third, isImporting: false },
        { id: second, isImporting: false },
      ],
    })
    expect(await state(first)).toBe('paused')
    await expect(app.handlers['datasets.remove']({ id: dataset })).rejects.toThrow('waits to be trained')
    await app.handlers['training.startQueue']({})
    await is(second, 'done')
    expect(await state(third)).toBe('done')
  })
})

describe('a run on images that are being imported', () => {
  const importSample = (count: number) => app.handlers['datasets.importSample']({ count, seed: 2 })

  it('waits for them, lets others begin before, and trains on all of them', async () => {
    const { id: images, job } = await importSample(2000)
    const waits = await start('Waits', { epochs: 1 }, images)
    const other = await start('Other', { epochs: 1 })
    expect(await app.handlers['runs.get']({ id: waits })).toMatchObject({
      state: 'waiting',
      datasetId: images,
      datasetName: 'Sample 2',
    })
    const { queue: waiting } = await app.handlers['training.state']({})
    expect(waiting).toContainEqual({ id: waits, isImporting: true })
    await is(other, 'done')
    await jobEnded(job)
    await is(waits, 'done')
    expect(await app.handlers['runs.get']({ id: waits })).toMatchObject({ images: 2000 })
  })

  it('goes with an import that is cancelled', async () => {
    const { id: images, job } = await importSample(50_000)
    const waits = await start('Waits', forever, images)
    await app.handlers['jobs.cancel']({ id: job })
    await jobEnded(job)
    await until(async () => !(await app.handlers['runs.list']({})).items.some(({ id }) => id === waits))
    expect(await queue()).toEqual([])
  })

  it('fails with the sentence of an import that fails', async () => {
    const folder = join(home, 'empty')
    await mkdir(folder)
    const preprocessing = { width: 28, height: 28, color: 'grey' } as const
    const { place } = await app.places.add(folder)
    const parsed = commands['datasets.import'].parse({ places: [place], preprocessing })
    // Imports go one after the other, so that this one has not failed yet.
    await importSample(2000)
    const { id: images, job } = await app.handlers['datasets.import'](parsed)
    const waits = await start('Waits', forever, images)
    await jobEnded(job)
    await expect(start('Too late', forever, images)).rejects.toThrow('There is no image in')
    await is(waits, 'failed')
    expect((await infoOf(waits)).error).toContain('There is no image in')
  })

  it('fails where they turn out not to fit', async () => {
    const { id: images, job } = await importSample(2000)
    const [preset] = await app.handlers['training.presets']({ dataset })
    const spec = { ...preset!.spec, input: { width: 8, height: 8, channels: 1 as const } }
    const request = { dataset: images, spec, preset: null, config: preset!.config }
    const { id } = await app.handlers['training.start'](request)
    await jobEnded(job)
    await is(id, 'failed')
    expect((await infoOf(id)).error).toContain('The model takes images of 8 × 8 pixels')
  })

  it('says so when the app was closed before they were imported', async () => {
    const { id: images } = await importSample(50_000)
    const waits = await start('Waits', forever, images)
    await reopen()
    expect(await state(waits)).toBe('waiting')
    await app.handlers['training.startQueue']({})
    await is(waits, 'failed')
    expect((await infoOf(waits)).error).toContain('were not imported to the end')
  })
})
