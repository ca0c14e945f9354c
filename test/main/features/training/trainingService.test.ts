import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { readWeights } from '../../../../src/main/store/checkpointStore'
import { readRunInfo, runFiles } from '../../../../src/main/store/runStore'
import type { TrainingConfig } from '../../../../src/shared/trainingConfig'
import { outputOf, runModule } from '../../../support/moduleProcess'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let app: App
let dataset: string
beforeEach(async () => {
  home = await temporaryFolder()
  app = await openTestApp(home)
  ;({ id: dataset } = await app.handlers['datasets.importSample']({ count: 360, seed: 1 }))
  await until(async () => (await app.handlers['datasets.list']({})).items[0]?.state === 'ready')
})
afterEach(() => app.close())

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function start(changes: Partial<TrainingConfig>, name = 'Run'): Promise<string> {
  const [preset] = (await app.handlers['training.presets']({ dataset })).filter(
    (p) => p.name === 'tied-784-32',
  )
  const config = { ...preset!.config, ...changes }
  const { id } = await app.handlers['training.start']({
    dataset,
    name,
    spec: preset!.spec,
    preset: preset!.name,
    config,
  })
  return id
}
const get = (id: string) => app.handlers['runs.get']({ id })
const state = async (id: string) => (await get(id)).state
/** Fails at once, and with the reason, where it ends in another way. */
async function ends(id: string, wanted: string): Promise<void> {
  await until(async () => (await state(id)) !== 'training')
  const { state: ended, error } = await get(id)
  expect({ ended, error }).toEqual({ ended: wanted, error: null })
}
const latestWeights = (id: string) => readWeights(runFiles.latest(join(home, 'library', 'runs', id)))
const losses = async (id: string) =>
  (await get(id)).metrics.map(({ trainLoss, valLoss, psnr }) => [trainLoss, valLoss, psnr])

describe('training in the app', () => {
  it('paused, closed and resumed equals the uninterrupted run, bit for bit', async () => {
    // So many that it does not end before the pause is asked for.
    const epochs = 60
    const whole = await start({ epochs, noise: { kind: 'gaussian', min: 0, max: 50 } }, 'Whole')
    await ends(whole, 'done')

    const cut = await start({ epochs, noise: { kind: 'gaussian', min: 0, max: 50 } }, 'Cut')
    await until(async () => (await get(cut)).metrics.length >= 3)
    await app.handlers['training.pause']({ id: cut })
    await until(async () => ['paused', 'done'].includes(await state(cut)))
    expect(await state(cut)).toBe('paused')
    await app.handlers['training.resume']({ id: cut })
    await until(async () => (await get(cut)).metrics.length >= 6)
    // Closing saves what trains.
    await app.close()
    app = await openTestApp(home)
    expect(['paused', 'done']).toContain(await state(cut))
    if ((await state(cut)) === 'paused') await app.handlers['training.resume']({ id: cut })
    await ends(cut, 'done')

    expect(await latestWeights(cut)).toEqual(await latestWeights(whole))
    expect(await losses(cut)).toEqual(await losses(whole))
  })

  it('killed in the middle it is offered for resuming, and ends as the uninterrupted run does', async () => {
    const epochs = 10
    const whole = await start({ epochs }, 'Whole')
    await ends(whole, 'done')
    await app.close()
    // The whole process dies with the fourth epoch.
    const child = runModule(`
      const { openTestApp } = await load('test/support/testApp.ts')
      const app = await openTestApp(${JSON.stringify(home)})
      const dataset = ${JSON.stringify(dataset)}
      app.events.on('training.epochEnded', ({ metrics }) => metrics.epoch === 4 && process.kill(process.pid, 'SIGKILL'))
      const presets = await app.handlers['training.presets']({ dataset })
      const { spec, config, name: preset } = presets.find(({ name }) => name === 'tied-784-32')
      await app.handlers['training.start']({ dataset, name: 'Killed', spec, preset, config: { ...config, epochs: ${epochs} } })
      await new Promise(() => setInterval(() => undefined, 1000))`)
    await outputOf(child)
    expect(child.signalCode).toBe('SIGKILL')

    app = await openTestApp(home)
    expect(await get('killed')).toMatchObject({ state: 'interrupted', elsewhere: false })
    await app.handlers['training.resume']({ id: 'killed' })
    await ends('killed', 'done')
    expect(await latestWeights('killed')).toEqual(await latestWeights(whole))
    expect(await losses('killed')).toEqual(await losses(whole))
  })

  it('says at once what was asked of it, and then what it did', async () => {
    const id = await start({ epochs: 100_000 })
    const seen: string[] = []
    app.events.on(
      'runs.changed',
      ({ changed }) => void seen.push(...changed.map((run) => `${run.state} ${run.asked}`)),
    )
    await until(async () => (await get(id)).progress !== null)
    await app.handlers['training.stop']({ id })
    await ends(id, 'stopped')
    expect(seen).toContain('training stop')
    expect(seen.at(-1)).toBe('stopped null')
    expect((await get(id)).log.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Training 100000 epochs/), 'Stopped and saved.']),
    )
  })

  it('is never told as interrupted while it begins or ends, however often it is asked for', async () => {
    const told = new Map<string, string[]>()
    app.events.on('runs.changed', ({ changed }) =>
      changed.forEach(({ id, state }) => {
        const before = told.get(id) ?? []
        if (before.at(-1) !== state) told.set(id, [...before, state])
      }),
    )
    for (const name of ['One', 'Two', 'Three', 'Four']) {
      const id = await start({ epochs: 1 }, name)
      const seen = new Set<string>()
      const ask = async () => {
        while (!seen.has('done') && !seen.has('interrupted')) seen.add(await state(id))
      }
      await Promise.all(Array.from({ length: 20 }, ask))
      expect([...seen].filter((it) => it !== 'training')).toEqual(['done'])
      // A new run waits for as short as it may be, and is never put back.
      const [first, ...others] = told.get(id)!
      expect(first === 'waiting' ? others : [first, ...others]).toEqual(['training', 'done'])
      // One that is started while this one is being closed would wait for that.
      await until(async () => (await app.handlers['training.state']({})).type === 'idle')
    }
  })

  it('trains one run at a time, and keeps its dataset', async () => {
    const id = await start({ epochs: 100_000 })
    const second = await start({ epochs: 1 }, 'Second')
    expect(await state(second)).toBe('waiting')
    await expect(app.handlers['datasets.remove']({ id: dataset })).rejects.toThrow('being trained')
    await expect(app.handlers['runs.remove']({ id })).rejects.toThrow('Stop it')
    await app.handlers['training.stop']({ id: second })
    await app.handlers['training.stop']({ id })
    await ends(id, 'stopped')
    expect((await app.handlers['runs.list']({})).items).toHaveLength(2)
  })

  it('leaves nothing of a run that can never be trained', async () => {
    const [preset] = await app.handlers['training.presets']({ dataset })
    const spec = { ...preset!.spec, input: { width: 8, height: 8, channels: 1 as const } }
    const request = { dataset, spec, preset: null, config: preset!.config }
    await expect(app.handlers['training.start'](request)).rejects.toMatchObject({ code: 'bad-spec' })
    expect((await app.handlers['runs.list']({})).items).toEqual([])
    expect(await readdir(join(home, 'library', 'runs'))).toEqual([])
  })

  it('lists a run that cannot begin as failed, with its sentence', async () => {
    const [preset] = await app.handlers['training.presets']({ dataset })
    const { spec, config } = preset!
    const nowhere = { runtime: 'onnx' as const, device: 'nowhere' }
    const { id } = await app.handlers['training.start']({ dataset, spec, preset: null, config, ...nowhere })
    await until(async () => (await state(id)) !== 'training')
    const { state: ended, error } = await get(id)
    expect({ ended, error }).toEqual({ ended: 'failed', error: expect.stringContaining('nowhere') })
    await until(async () => (await get(id)).log.length > 0)
    expect((await get(id)).log.at(-1)).toMatchObject({ level: 'error', text: error })
  })

  it('starts a run again from the same weights on the same device, as far as they fit', async () => {
    const first = await start({ epochs: 1 }, 'First')
    await ends(first, 'done')
    const from = (await app.handlers['models.keep']({ run: first, name: 'Kept' })).id
    const { spec, config } = await get(first)
    const device = { runtime: 'onnx', device: 'cpu' } as const
    const request = { dataset, spec, preset: null, config }
    const second = (await app.handlers['training.start']({ ...request, from, ...device })).id
    await ends(second, 'done')
    const startAgain = async (name: string, encoder: (typeof spec)['encoder']) => {
      const { id } = await app.handlers['training.start']({
        ...{ ...request, spec: { ...spec, encoder }, name, again: second },
      })
      await until(async () => (await state(id)) === 'done')
      return readRunInfo(join(home, 'library', 'runs', id))
    }
    const weights = join(home, 'library', 'models', from, 'weights.safetensors')
    const relu = await startAgain(
      'ReLU',
      spec.encoder.map((layer) => ({ ...layer, activation: 'relu' as const })),
    )
    expect(relu).toMatchObject({ initialWeights: weights, ...device, notes: [] })
    const smaller = await startAgain('Smaller', [{ type: 'dense', units: 16, activation: 'relu' }])
    expect(smaller).toMatchObject({ initialWeights: null, ...device })
    expect(smaller.notes[0]).toContain('do not fit its layers')
  })

  it('leaves pictures that can be looked at: reconstructions, weights, and a map that keeps its places', async () => {
    const id = await start({ epochs: 6 })
    await ends(id, 'done')
    const { snapshotEpochs } = await get(id)
    expect(snapshotEpochs).toEqual([1, 2, 3, 4, 5, 6])
    const samples = await app.handlers['runs.samples']({ id })
    const [before, after] = await Promise.all(
      [5, 6].map((epoch) => app.handlers['runs.snapshot']({ id, epoch })),
    )
    expect(after!.kernels).toMatchObject({ count: 32, width: 28, height: 28 })
    expect(after!.reconstructions.count).toBe(samples.originals.count)
    expect(after!.map).toHaveLength(2 * samples.mapRows.length)
    const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]!))
    const mirrored = after!.map!.map((value) => -value)
    expect(distance(after!.map!, before!.map!)).toBeLessThan(distance(mirrored, before!.map!) / 2)
  })

  it('tries its model while it trains, and keeps it as one of its own', async () => {
    const id = await start({ epochs: 100_000 })
    await until(async () => (await get(id)).best !== null)
    const noise = { kind: 'gaussian', min: 25, max: 25 } as const
    const tried = await app.handlers['models.encode']({
      id: `run--${id}`,
      image: { dataset, row: 3 },
      noise,
      seed: 1,
    })
    expect(tried.code).toHaveLength(32)
    expect(tried.codeRange.min.every((low, i) => low <= tried.codeRange.max[i]!)).toBe(true)
    expect(tried.noisyPsnr).toBeGreaterThan(18)
    await app.handlers['training.stop']({ id })
    await ends(id, 'stopped')

    const encoded = await app.handlers['models.encode']({
      id: `run--${id}`,
      image: { dataset, row: 3 },
      noise: null,
      seed: 1,
    })
    const kept = await app.handlers['models.keep']({ run: id, name: 'Kept' })
    await app.handlers['runs.remove']({ id })
    const again = await app.handlers['models.encode']({
      id: kept.id,
      image: { dataset, row: 3 },
      noise: null,
      seed: 1,
    })
    expect(again.code).toEqual(encoded.code)
    const decoded = await app.handlers['models.decode']({ id: kept.id, code: encoded.code })
    expect(decoded.data).toEqual(again.reconstruction.data)
    expect((await app.handlers['models.list']({})).items).toMatchObject([
      { id: 'kept', name: 'Kept', kind: 'saved' },
    ])
  })
})
