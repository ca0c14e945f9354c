import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { checkLibrary, type Problem } from '../../../../src/main/features/library/check/checkLibrary'
import { anomalySettingsSchema } from '../../../../src/shared/anomalies'
import { type AnomalyPictures, markCodes, type NoticedImage } from '../../../../src/shared/api/anomalies'
import { openTestApp, type TestLog, testLog } from '../../../support/testApp'

const count = 240
const settings = anomalySettingsSchema.parse({ falseAlarms: 0.05 })
let home: string
let app: App
let log: TestLog
let dataset: string
let model: string
let search: string

async function ended(id: string) {
  for (;;) {
    const job = (await app.handlers['jobs.list']({})).items.find((item) => item.id === id)!
    if (job.state !== 'running' && job.state !== 'waiting') return job
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
async function done(begun: { job: string }) {
  const { state, error } = await ended(begun.job)
  expect({ state, error }).toEqual({ state: 'done', error: null })
}

async function view(rows: number[]): Promise<AnomalyPictures> {
  for (;;) {
    const answer = await app.handlers['anomalies.view']({ id: search, rows })
    if (!('job' in answer)) return answer
    await done(answer)
  }
}
const detail = () => app.handlers['anomalies.get']({ id: search })
const summary = async () => (await app.handlers['anomalies.list']({})).items.find(({ id }) => id === search)!
async function start(normal: { kind: 'itself' } | { kind: 'model'; id: string }) {
  const begun = await app.handlers['anomalies.start']({ target: dataset, normal, settings })
  return begun
}
/** An empty folder of the test's, and its handle. */
async function folder(name: string) {
  const path = join(home, name)
  await mkdir(path)
  return { path, place: (await app.places.add(path)).place }
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hourglass-odd-'))
  log = testLog()
  app = await openTestApp(home, log)
  const imported = await app.handlers['datasets.importSample']({ count, seed: 1 })
  dataset = imported.id
  await ended(imported.job)
  const presets = await app.handlers['training.presets']({ dataset })
  const { spec, config, name: preset } = presets.find(({ name }) => name === 'tied-784-32')!
  const training = { ...config, epochs: 4 }
  const { id } = await app.handlers['training.start']({
    dataset,
    name: 'Run',
    spec,
    preset,
    config: training,
  })
  while ((await app.handlers['runs.get']({ id })).state !== 'done')
    await new Promise((resolve) => setTimeout(resolve, 10))
  model = `run--${id}`
  const begun = await start({ kind: 'model', id: model })
  search = begun.id
  expect(await summary()).toMatchObject({ state: 'searching', job: begun.job })
  await done(begun)
})
afterAll(async () => {
  await app.close()
  await rm(home, { recursive: true, force: true })
})

describe('a search for odd images', () => {
  it('has a score, a label and a mark for each image', async () => {
    const found = await detail()
    expect(found).toMatchObject({
      state: 'ready',
      count,
      outdated: false,
      fitted: expect.any(Number) as number,
    })
    expect(found.scores).toHaveLength(count)
    expect(found.scores.every(Number.isFinite)).toBe(true)
    expect(found.labelNames).toHaveLength(36)
    expect(found.odd).toBe(found.scores.filter((score) => score > found.threshold).length)
    expect([...found.normalScores]).toEqual([...found.normalScores].sort((a, b) => a - b))
    for (const part of Object.values(found.parts)) expect(part).toHaveLength(count)
  })

  it('shows images as they are, as they are drawn, and where they are odd', async () => {
    const { originals, reconstructions, heat } = await view([3, 7])
    const thumbnails = await app.handlers['datasets.thumbnails']({ id: dataset, rows: [3, 7], size: 28 })
    expect(originals).toMatchObject({ count: 2, width: 28, height: 28, channels: 1 })
    expect(Buffer.from(originals.data).equals(Buffer.from(thumbnails.data))).toBe(true)
    expect(reconstructions.data).toHaveLength(2 * 784)
    expect(heat).toMatchObject({ count: 2, channels: 1 })
  })

  it('counts by the threshold that a person sets, until it is taken back', async () => {
    const { suggestedThreshold, scores } = await detail()
    const middle = scores.toSorted()[count / 2]!
    await app.handlers['anomalies.setThreshold']({ id: search, threshold: middle })
    expect((await summary()).odd).toBe(scores.filter((score) => score > middle).length)
    await app.handlers['anomalies.setThreshold']({ id: search, threshold: null })
    expect((await detail()).threshold).toBe(suggestedThreshold)
  })

  it('refuses marks for images that it does not have', async () => {
    const mark = { id: search, rows: Int32Array.of(count), mark: 'odd' } as const
    await expect(app.handlers['anomalies.mark'](mark)).rejects.toThrow('not in this search')
  })

  it('keeps marks, also for the next search of the same images', async () => {
    await app.handlers['anomalies.mark']({ id: search, rows: Int32Array.of(1, 2), mark: 'odd' })
    await app.handlers['anomalies.mark']({ id: search, rows: Int32Array.of(2, 5), mark: 'normal' })
    await app.handlers['anomalies.mark']({ id: search, rows: Int32Array.of(5), mark: null })
    const again = await start({ kind: 'model', id: model })
    await done(again)
    const { marks, name } = await app.handlers['anomalies.get']({ id: again.id })
    expect(name).not.toBe((await summary()).name)
    expect([...marks].flatMap((mark, row) => (mark === markCodes.none ? [] : [[row, mark]]))).toEqual([
      [1, markCodes.odd],
      [2, markCodes.normal],
    ])
    await app.handlers['anomalies.remove']({ id: again.id })
  })

  it('is there again when it is deleted and that is undone', async () => {
    const { undo } = await app.handlers['anomalies.remove']({ id: search })
    expect(await summary()).toBeUndefined()
    await app.handlers['library.restore']({ undo })
    await expect.poll(summary).toMatchObject({ state: 'ready' })
  })

  it('leaves nothing when it is stopped', async () => {
    const { id, job } = await start({ kind: 'itself' })
    await app.handlers['jobs.cancel']({ id: job })
    expect(await ended(job)).toMatchObject({ state: 'cancelled' })
    expect((await app.handlers['anomalies.list']({})).items.map((item) => item.id)).not.toContain(id)
    expect(await readdir(join(home, 'library/anomalies'))).not.toContain(id)
  })
})

describe('what leaves a search', () => {
  const save = async (how: 'csv' | 'list' | 'copy' | 'report' | 'onnx', name: string) => {
    const to = await folder(name)
    const odd = Int32Array.of(1, 4)
    const others = Int32Array.from({ length: 3 }, (_, i) => 10 + i)
    const params = { id: search, how, odd, others, folder: to.place }
    await done(await app.handlers['anomalies.save'](params))
    return { ...to, params, files: (await readdir(to.path)).sort() }
  }

  it('is a table in the order that is shown', async () => {
    const { path, files } = await save('csv', 'csv')
    const lines = (await readFile(join(path, files[0]!), 'utf8')).trim().split('\r\n')
    expect(lines).toHaveLength(6)
    expect(lines[0]).toMatch(/^path,label,score,percentile,verdict,mark,/)
    expect(lines[1]).toContain(',odd,odd,')
    expect(lines[3]).toContain(',not odd,')
  })

  it('is a list of the odd files, or copies of them, which replace nothing', async () => {
    const listed = await save('list', 'list')
    const paths = (await readFile(join(listed.path, listed.files[0]!), 'utf8')).trim().split('\n')
    expect(paths).toHaveLength(2)
    const copied = await save('copy', 'copy')
    await done(await app.handlers['anomalies.save'](copied.params))
    expect(await readdir(copied.path)).toHaveLength(2)
    const [first] = copied.files
    expect(await readdir(join(copied.path, first!))).toEqual(['not-odd', 'odd'])
    const [name] = await readdir(join(copied.path, first!, 'odd'))
    const bytes = await Promise.all(paths.map((path) => readFile(path)))
    const copy = await readFile(join(copied.path, first!, 'odd', name!))
    expect(bytes.some((original) => original.equals(copy))).toBe(true)
  })

  it('is a page with its pictures', async () => {
    await view([1])
    const { path, files } = await save('report', 'report')
    const page = await readFile(join(path, files[0]!), 'utf8')
    expect(page).toContain('<!doctype html>')
    expect(page).toContain('data:image/png;base64,')
  })

  it('is the model with what runs it', async () => {
    const { path, files } = await save('onnx', 'onnx')
    expect((await readdir(join(path, files[0]!))).sort()).toEqual(['README.md', 'model.onnx'])
  })
})

describe('a watched folder', () => {
  it('has every image scored that comes, and tells what cannot be', async () => {
    const watched = await folder('watched')
    const { sources } = JSON.parse(
      await readFile(join(home, 'library/datasets', dataset, 'dataset.json'), 'utf8'),
    ) as { sources: string[] }
    const [described] = await app.handlers['anomalies.describe']({ id: search, rows: [9] })
    const known = described!.path
    const noticed: NoticedImage[] = []
    const stop = app.events.on('anomalies.noticed', ({ image }) => void noticed.push(image))
    await copyFile(join(sources[0]!, known), join(watched.path, 'before.png'))
    await done(await app.handlers['anomalies.watch']({ id: search, folder: watched.place }))
    expect((await summary()).watch).toEqual({
      ...{ name: 'watched', state: 'watching', problem: null, scored: 0, odd: 0 },
    })
    await copyFile(join(sources[0]!, known), join(watched.path, 'usual.png'))
    await expect.poll(() => noticed.length, { timeout: 30_000 }).toBe(1)
    // A board of black and white squares is like no letter.
    const board = Uint8Array.from(
      { length: 784 },
      (_, i) => ((((i % 28) >> 1) + (Math.floor(i / 28) >> 1)) % 2) * 255,
    )
    await sharp(board, { raw: { width: 28, height: 28, channels: 1 } }).toFile(
      join(watched.path, 'board.png'),
    )
    await expect.poll(() => noticed.length, { timeout: 30_000 }).toBe(2)
    await writeFile(join(watched.path, 'broken.png'), 'no picture')
    await expect.poll(() => noticed.length, { timeout: 30_000 }).toBe(3)
    stop()

    const [usual, odd, broken] = noticed
    expect(usual).toMatchObject({ path: 'usual.png', folder: 'watched', problem: null })
    expect(odd).toMatchObject({ path: 'board.png', odd: true })
    expect(odd!.score).toBeGreaterThan(usual!.score)
    expect(broken!.problem).not.toBeNull()
    expect(log.lines.join('\n')).toContain('board.png is odd')
    const pictures = await app.handlers['anomalies.viewNoticed']({ id: search, number: odd!.number })
    expect(pictures.originals).toMatchObject({ count: 1, width: 28 })
    const kept = await app.handlers['anomalies.noticed']({ id: search, most: 10 })
    expect(kept.map(({ path }) => path)).toEqual(['broken.png', 'board.png', 'usual.png'])
    await app.handlers['anomalies.unwatch']({ id: search })
    expect((await summary()).watch).toBeNull()
  })

  it('is watched on after a restart, with what came meanwhile, and says so where it is gone', async () => {
    const watched = await folder('kept-watched')
    const write = (name: string) =>
      sharp({ create: { width: 28, height: 28, channels: 3, background: '#123' } }).toFile(
        join(watched.path, name),
      )
    const restart = async () => {
      await app.close()
      app = await openTestApp(home, log)
    }
    const isWatched = (watch: object) =>
      expect.poll(async () => (await summary()).watch, { timeout: 30_000 }).toMatchObject(watch)
    await write('before.png')
    await done(await app.handlers['anomalies.watch']({ id: search, folder: watched.place }))
    await write('first.png')
    await isWatched({ state: 'watching', scored: 1 })
    await app.close()
    await write('meanwhile.png')
    app = await openTestApp(home, log)
    await isWatched({ state: 'watching', name: 'kept-watched', scored: 2 })
    await write('after.png')
    await isWatched({ scored: 3 })
    const kept = await app.handlers['anomalies.noticed']({ id: search, most: 3 })
    expect(kept.map(({ path }) => path)).toEqual(['after.png', 'meanwhile.png', 'first.png'])
    for (const { number } of kept)
      expect((await app.handlers['anomalies.viewNoticed']({ id: search, number })).originals.count).toBe(1)

    await rm(watched.path, { recursive: true })
    await restart()
    await isWatched({
      state: 'failed',
      problem: expect.stringContaining('kept-watched') as string,
      scored: 3,
    })
    await app.handlers['anomalies.unwatch']({ id: search })
    await restart()
    expect((await summary()).watch).toBeNull()
  })
})

describe('after a restart', () => {
  it('is as it was, and opens its model again for pictures', async () => {
    const before = { detail: await detail(), pictures: await view([4, 8]) }
    await app.close()
    app = await openTestApp(home, log)
    expect(await detail()).toEqual(before.detail)
    const views = () => app.handlers['anomalies.view']({ id: search, rows: [4, 8] })
    // Those that were looked at before are there at once; without them the model makes the same.
    expect(await views()).toEqual(before.pictures)
    await rm(join(home, 'library/anomalies', search, 'views'), { recursive: true })
    const written = (await stat(join(home, 'library/anomalies', search, 'detector.safetensors'))).mtimeMs
    expect(await views()).toHaveProperty('job')
    expect(await view([4, 8])).toEqual(before.pictures)
    // Nothing is learned anew for that, unless what was learned is gone.
    const file = join(home, 'library/anomalies', search, 'detector.safetensors')
    expect((await stat(file)).mtimeMs).toBe(written)
    await app.close()
    await writeFile(file, 'damaged')
    await rm(join(home, 'library/anomalies', search, 'views'), { recursive: true })
    app = await openTestApp(home, log)
    expect(await view([4, 8])).toEqual(before.pictures)
    expect((await stat(file)).size).toBeGreaterThan(1000)
  })

  it('is found whole by a check of the library, and its damage named', async () => {
    const check = async () => {
      const problems: Problem[] = []
      const request = { folder: join(home, 'library'), repair: false }
      await checkLibrary({ ...request, onProblem: (problem) => problems.push(problem) })
      return problems.filter(({ kind }) => kind === 'anomalies')
    }
    expect(await check()).toEqual([])
    await writeFile(join(home, 'library/anomalies', search, 'marks.json'), '{')
    expect(await check()).toMatchObject([{ id: search, level: 'damaged' }])
    await rm(join(home, 'library/anomalies', search, 'marks.json'))
  })

  it('says so when its images are other ones by now', async () => {
    const { undo } = await app.handlers['datasets.remove']({ id: dataset })
    await expect.poll(async () => (await detail()).outdated).toBe(true)
    await expect(app.handlers['anomalies.view']({ id: search, rows: [0] })).rejects.toThrow('Search again')
    await app.handlers['library.restore']({ undo })
    await expect.poll(async () => (await detail()).outdated).toBe(false)
  })
})
