import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetReadObjects, asyncBufferFromFile } from 'hyparquet'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { readCodes } from '../../../../src/main/store/codeFiles'
import { readCodesCsv } from '../../../../src/main/store/csv'
import { readNpy } from '../../../../src/main/store/npy'
import type { CommandName, Params, Results } from '../../../../src/shared/api/commands'
import { commands } from '../../../../src/shared/api/commands'
import type { Begun, CodeSet, ProjectedCodes } from '../../../../src/shared/api/latent'
import { openTestApp } from '../../../support/testApp'

const count = 360
let home: string
let app: App
let dataset: string
const model = 'run--run'

/** As a window asks: with defaults filled in, and again when what it began is done. */
async function ask<C extends CommandName>(
  command: C,
  params: Params<C>,
): Promise<Exclude<Results[C], Begun>> {
  for (;;) {
    const parsed = commands[command].parse(params)
    const handler = app.handlers[command] as (params: unknown) => Promise<Results[C]>
    const answer = await handler(parsed)
    if (!answer || typeof answer !== 'object' || !('job' in answer))
      return answer as Exclude<Results[C], Begun>
    const job = await ended((answer as Begun).job)
    if (job.state !== 'done') throw new Error(job.error ?? job.state)
    if (command === 'latent.saveFiles') return answer as never
  }
}

async function ended(id: string) {
  for (;;) {
    const job = (await app.handlers['jobs.list']({})).items.find((item) => item.id === id)!
    if (job.state !== 'running' && job.state !== 'waiting') return job
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const open = (datasets = [dataset]) => ask('latent.open', { model, datasets }) as Promise<CodeSet>
const pca = { method: 'pca', components: 2 } as const
const umap = { method: 'umap', components: 2, neighbors: 10 } as const
const project = (set: CodeSet, projection: Params<'latent.project'>['projection']) =>
  ask('latent.project', { set: set.set, projection }) as Promise<ProjectedCodes>

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hourglass-latent-'))
  app = await openTestApp(home)
  const imported = await app.handlers['datasets.importSample']({ count, seed: 1 })
  dataset = imported.id
  await ended(imported.job)
  const [preset] = (await app.handlers['training.presets']({ dataset })).filter(
    ({ name }) => name === 'tied-784-32',
  )
  const { spec, config } = preset!
  const { id } = await app.handlers['training.start']({
    ...{ dataset, name: 'Run', spec, preset: preset!.name, config: { ...config, epochs: 8 } },
  })
  while ((await app.handlers['runs.get']({ id })).state !== 'done')
    await new Promise((resolve) => setTimeout(resolve, 10))
})
afterAll(async () => {
  await app.close()
  await rm(home, { recursive: true, force: true })
})

describe('a map of codes', () => {
  it('has a point for each image: code, label, error and brightness', async () => {
    const set = await open()
    expect(set).toMatchObject({ count, total: count, dimensions: 32, broken: 0, model, modelName: 'Run' })
    expect(set.labelNames).toHaveLength(36)
    const points = Int32Array.from([0, 100, 359])
    const details = await ask('latent.describe', { set: set.set, points })
    expect(details.map(({ label }) => label)).toEqual([...points].map((i) => set.labelNames[set.labels[i]!]))
    const tried = await ask('models.encode', { id: model, image: { dataset, row: 100 }, noise: null })
    const codes = await ask('latent.codes', { set: set.set, points })
    tried.code.forEach((value, i) => expect(codes[32 + i]).toBeCloseTo(value, 4))
    expect(set.errors[100]).toBeCloseTo(10 ** (-tried.psnr / 10), 3)
    const mean = tried.original.data.reduce((sum, byte) => sum + byte, 0) / 784 / 255
    expect(set.brightness[100]).toBeCloseTo(mean, 5)
    const thumbnails = await ask('latent.thumbnails', { set: set.set, points, size: 64 })
    expect(thumbnails.data.slice(784, 2 * 784)).toEqual(tried.original.data)
  })

  it('is there at once the second time, also after a new start, and anew when the model has changed', async () => {
    const first = await open()
    const map = await project(first, umap)
    await app.close()
    app = await openTestApp(home)
    const again = (await app.handlers['latent.open']({ model, datasets: [dataset] })) as CodeSet
    expect(again.set).toBe(first.set)
    expect(again.errors).toEqual(first.errors)
    const parsed = commands['latent.project'].parse({ set: again.set, projection: umap })
    expect(await app.handlers['latent.project'](parsed)).toEqual(map)
    await app.handlers['training.resume']({ id: 'run', epochs: 10 })
    while ((await app.handlers['runs.get']({ id: 'run' })).state !== 'done')
      await new Promise((resolve) => setTimeout(resolve, 10))
    const changed = await open()
    expect(changed.set).not.toBe(first.set)
    const kept = await readdir(join(home, 'library/runs/run/latent'))
    expect(kept).toHaveLength(1)
  })

  it('takes several datasets, one after the other', async () => {
    const all = Int32Array.from({ length: 40 }, (_, i) => i * 3)
    const { id } = await ask('latent.makeDataset', { set: (await open()).set, points: all, name: 'Some' })
    const both = await open([dataset, id])
    expect(both.datasets).toMatchObject([
      { id: dataset, first: 0, count },
      { id, first: count, count: 40 },
    ])
    const codes = await ask('latent.codes', { set: both.set, points: Int32Array.from([3, count + 1]) })
    expect(codes.slice(32)).toEqual(codes.slice(0, 32))
    const [near] = await Promise.all([ask('latent.neighbors', { set: both.set, of: { point: 3 }, k: 1 })])
    expect([...near.points]).toEqual([count + 1])
    expect((await ask('latent.thumbnails', { set: both.set, points: near.points, size: 28 })).count).toBe(1)
  })

  it('PCA can be read backwards exactly: a point decodes to what its two coordinates say', async () => {
    const set = await open()
    const { points, explained } = await project(set, pca)
    expect(points).toHaveLength(2 * count)
    expect(explained!.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4)
    const place = points.slice(20, 22)
    const decoded = await ask('latent.decodeAt', { set: set.set, projection: pca, place })
    expect(decoded.how).toBe('exact')
    // The code lies where it was asked for.
    const located = await ask('latent.decodeAt', {
      set: set.set,
      projection: pca,
      place: Float32Array.from([0, 0]),
    })
    located.code.forEach((value, i) => expect(value).toBeCloseTo(set.statistics.mean[i]!, 4))
    expect(decoded.image).toMatchObject({ count: 1, width: 28, height: 28 })
  })

  it('UMAP answers from the neighbours, and says so: at a point it is that point’s own code', async () => {
    const set = await open()
    const { points, trustworthiness } = await project(set, umap)
    expect(trustworthiness).toBeGreaterThan(0.8)
    const place = points.slice(2 * 7, 2 * 7 + 2)
    const { how, code, neighbors } = await ask('latent.decodeAt', { set: set.set, projection: umap, place })
    expect(how).toBe('neighbors')
    expect(neighbors[0]).toBe(7)
    const own = await ask('latent.codes', { set: set.set, points: Int32Array.from([7]) })
    own.forEach((value, i) => expect(code[i]).toBeCloseTo(value, 2))
  })

  it('any numbers of the code are a map, and none that are not there', async () => {
    const set = await open()
    const { points } = await project(set, { method: 'dims', axes: [3, 30] })
    const codes = await ask('latent.codes', { set: set.set, points: Int32Array.from([5]) })
    expect([...points.slice(10, 12)]).toEqual([codes[3], codes[30]])
    await expect(project(set, { method: 'dims', axes: [0, 32] })).rejects.toThrow('no dimension 33')
  })

  it('an image from outside comes to lie where its twin is', async () => {
    const set = await open()
    await project(set, pca)
    const { points } = await project(set, umap)
    const [detail] = await ask('latent.describe', { set: set.set, points: Int32Array.from([50]) })
    const outside = join(home, 'outside.png')
    await cp(join(home, 'state/sample', detail!.path), outside)
    const { place } = await app.places.add(outside)
    const onPca = await ask('latent.locate', { set: set.set, projection: pca, image: place })
    expect(onPca.nearest.points[0]).toBe(50)
    expect(onPca.error).toBeCloseTo(set.errors[50]!, 3)
    const onUmap = await ask('latent.locate', { set: set.set, projection: umap, image: place })
    onUmap.place.forEach((value, c) => expect(value).toBeCloseTo(points[100 + c]!, 0))
    // Of a sample most neighbours have no place: those that have one decide.
    const sampled = { ...umap, sample: 100 }
    await project(set, sampled)
    const onSample = await ask('latent.locate', { set: set.set, projection: sampled, image: place })
    expect([...onSample.place].every(Number.isFinite)).toBe(true)
  })

  it('clusters are named by their most typical images, and compared with the labels', async () => {
    const set = await open()
    const found = await ask('latent.cluster', { set: set.set, method: { method: 'kmeans', count: 8 } })
    expect(found.sizes.reduce((sum, size) => sum + size, 0)).toBe(count)
    expect(found.sizes).toEqual(found.sizes.toSorted((a, b) => b - a))
    found.typical.forEach((points, cluster) =>
      points.forEach((point) => expect(found.clusters[point]).toBe(cluster)),
    )
    expect(found.agreement!.nmi).toBeGreaterThan(0.2)
    const dense = await ask('latent.cluster', { set: set.set, method: { method: 'hdbscan', minSize: 5 } })
    expect(dense.clusters).toHaveLength(count)
    await expect(
      ask('latent.cluster', { set: set.set, method: { method: 'hdbscan', minSize: 400 } }),
    ).rejects.toThrow('too few')
    const accuracy = await ask('latent.labelAccuracy', { set: set.set, k: 3 })
    expect(accuracy.accuracy).toBeGreaterThan(3 * accuracy.chance)
  })

  it('is searched by name and by label, and tells folders and dates', async () => {
    const set = await open()
    const found = await ask('latent.search', { set: set.set, text: 'a/' })
    const a = set.labelNames.indexOf('A')
    expect([...found].every((point) => set.labels[point] === a)).toBe(true)
    expect(found).toHaveLength([...set.labels].filter((label) => label === a).length)
    const { names, folders, modifiedDays } = await ask('latent.files', { set: set.set })
    expect(names[folders[found[0]!]!]).toBe('A')
    expect(Math.abs(modifiedDays[0]! - Date.now() / 86_400_000)).toBeLessThan(1)
  })
})

describe('out of a map', () => {
  const points = Int32Array.from([2, 30, 31])
  const folderAt = async (name: string) => {
    const path = join(home, name)
    await mkdir(path)
    return { path, place: (await app.places.add(path)).place }
  }

  it('files of a selection are copied, linked or listed, and nothing is overwritten', async () => {
    const { set } = await open()
    const details = await ask('latent.describe', { set, points })
    const { path, place } = await folderAt('selection')
    for (const how of ['copy', 'copy', 'link', 'list'] as const)
      await ask('latent.saveFiles', { set, points, how, folder: place })
    const names = (await readdir(path)).sort()
    expect(names).toHaveLength(10)
    const list = await readFile(join(path, 'selection.txt'), 'utf8')
    expect(
      list
        .trim()
        .split('\n')
        .map((line) => line.split('/').slice(-2).join('/')),
    ).toEqual(details.map((detail) => detail.path))
  })

  it('a selection becomes a dataset with the same pixels and labels', async () => {
    const { set } = await open()
    const { id } = await ask('latent.makeDataset', { set, points, name: 'Three' })
    const detail = await ask('datasets.get', { id })
    expect(detail).toMatchObject({ name: 'Three', count: 3, state: 'ready' })
    const pixels = await ask('datasets.thumbnails', { id, rows: [0, 1, 2], size: 28 })
    expect(pixels.data).toEqual((await ask('latent.thumbnails', { set, points, size: 28 })).data)
    const { images } = await ask('datasets.images', { id, from: 0, count: 3 })
    const details = await ask('latent.describe', { set, points })
    expect(images.map(({ path, label }) => [path, label])).toEqual(
      details.map(({ path, label }) => [path, label]),
    )
    await expect(ask('latent.makeDataset', { set, points: new Int32Array(0), name: 'None' })).rejects.toThrow(
      'Select some images first',
    )
  })

  it('codes and places go into CSV, NumPy and Parquet, and come back the same', async () => {
    const { set } = await open()
    const map = await project(await open(), pca)
    const codes = await ask('latent.codes', { set, points: Int32Array.from({ length: count }, (_, i) => i) })
    const { path, place } = await folderAt('tables')
    const save = async (format: 'csv' | 'npy' | 'parquet') =>
      (await ask('latent.export', { set, projection: pca, format, folder: place })).files.map((file) =>
        join(path, file),
      )
    const [table, coordinates] = await save('csv')
    expect((await readCodes(table!)).values).toEqual(codes)
    expect((await readCodesCsv(coordinates!)).codes).toEqual(map.points)
    expect((await readFile(coordinates!, 'utf8')).split('\r\n')[0]).toBe('path,label,x,y')
    const [array, places] = await save('npy')
    expect((await readNpy(array!)).data).toEqual(codes)
    expect((await readNpy(places!)).shape).toEqual([count, 2])
    const [parquet] = await save('parquet')
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet!) })
    expect(rows).toHaveLength(count)
    expect(rows[9]).toMatchObject({ z31: codes[9 * 32 + 31], x: map.points[18], label: expect.any(String) })
  })

  it('the Embedding Projector finds what its format asks for', async () => {
    const { set } = await open()
    const { path, place } = await folderAt('projector')
    const { files } = await ask('latent.export', {
      set,
      projection: null,
      format: 'projector',
      folder: place,
    })
    const file = (name: string) =>
      join(
        path,
        files.find((other) => other.endsWith(name))!,
      )
    const lines = async (name: string) => (await readFile(file(name), 'utf8')).trimEnd().split('\n')
    const tensors = await lines('tensors.tsv')
    expect(tensors).toHaveLength(count)
    expect(tensors.every((line) => line.split('\t').length === 32 && line.split('\t').every(isNumber))).toBe(
      true,
    )
    // One line more than vectors: with several columns the first names them.
    const metadata = await lines('metadata.tsv')
    expect(metadata).toHaveLength(count + 1)
    expect(metadata[0]).toBe('label\tpath')
    expect(new Set(metadata.map((line) => line.split('\t').length))).toEqual(new Set([2]))
    const config = JSON.parse(await readFile(file('projector_config.json'), 'utf8'))
    const [embedding] = config.embeddings
    expect(embedding.tensorShape).toEqual([count, 32])
    const sprite = await sharp(file('sprite.png')).metadata()
    const across = Math.ceil(Math.sqrt(count))
    expect([sprite.width, sprite.height]).toEqual(
      embedding.sprite.singleImageDim.map((side: number) => side * across),
    )
    expect(Math.max(sprite.width, sprite.height)).toBeLessThanOrEqual(8192)
  })

  it('decoded images are saved side by side, or as an animation', async () => {
    const { set } = await open()
    const code = await ask('latent.codes', { set, points: Int32Array.from([1, 2, 3, 4, 5, 6]) })
    const { path, place } = await folderAt('drawn')
    const save = async (format: 'png' | 'gif' | 'webp') =>
      join(
        path,
        (
          await ask('models.saveDecoded', {
            id: model,
            code,
            columns: 3,
            format,
            name: 'From A to B',
            folder: place,
          })
        ).name,
      )
    const png = await sharp(await save('png')).metadata()
    expect(png.width! / png.height!).toBeCloseTo((3 * 29 - 1) / (2 * 29 - 1), 5)
    for (const format of ['gif', 'webp'] as const) {
      const animation = await sharp(await save(format), { animated: true }).metadata()
      // There and back.
      expect(animation).toMatchObject({ pages: 10, width: 252, pageHeight: 252, loop: 0 })
    }
    expect((await readdir(path)).sort()).toEqual(['from-a-to-b.gif', 'from-a-to-b.png', 'from-a-to-b.webp'])
  })
})

describe('what cannot be', () => {
  it('is refused with a sentence', async () => {
    const { set } = await open()
    const broken = ask('latent.neighbors', { set, of: { code: new Float32Array(32).fill(NaN) } })
    await expect(broken).rejects.toThrow('32 finite numbers')
    await expect(ask('latent.neighbors', { set, of: { point: 99_999 } })).rejects.toThrow('not on the map')
    await expect(
      ask('latent.describe', { set: '0123456789abcdef', points: Int32Array.from([0]) }),
    ).rejects.toThrow('Open the map again')
    await expect(ask('latent.open', { model: 'run--nothing', datasets: [dataset] })).rejects.toThrow()
  })

  it('can be stopped before it is done, and asked for again', async () => {
    const set = await open()
    const slow = commands['latent.project'].parse({ set: set.set, projection: { ...umap, seed: 77 } })
    const { job } = (await app.handlers['latent.project'](slow)) as Begun
    // The same question is the same job.
    expect(await app.handlers['latent.project'](slow)).toEqual({ job })
    await app.handlers['jobs.cancel']({ id: job })
    expect(['cancelled', 'done']).toContain((await ended(job)).state)
    expect((await project(set, { ...umap, seed: 77 })).points).toHaveLength(2 * count)
  })
})

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text))
