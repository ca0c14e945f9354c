import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelSpecSchema } from '../../../src/shared/modelSpec'
import { readCodesCsv } from '../../../src/main/store/csv'
import { readNpy } from '../../../src/main/store/npy'
import { hourglass, records, testComputeClient } from '../../support/commandLine'
import { hasPeersPython, runPython } from '../../support/peersPython'
import { randomNumbers } from '../../support/randomNumbers'
import { rectangle, rectanglesDataset, smallSpec, trainRun } from '../../support/trainedRun'

let folder: string
let run: string
let dataset: string
let photos: string
let outs = 0
const fresh = (name = 'out') => join(folder, `${++outs}`, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-latent-cli-'))
  dataset = await rectanglesDataset(join(folder, 'dataset'))
  const client = testComputeClient()
  run = await trainRun(client, join(folder, 'run'), dataset)
  await client.dispose()
  photos = join(folder, 'photos')
  await mkdir(photos)
  const random = randomNumbers(3)
  for (const name of ['a', 'b', 'c', 'd'])
    await sharp(rectangle(random), { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toFile(join(photos, `${name}.png`))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function done(...args: string[]): Promise<Record<string, unknown>[]> {
  const said = await hourglass(...args, '--json')
  expect(said).toMatchObject({ code: 0 })
  return records(said)
}
async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await hourglass(...args)
  expect(code).toBeGreaterThan(1)
  return stderr
}

describe('latent', () => {
  it('writes codes, coordinates and pictures, and says how good the map is', async () => {
    const out = fresh()
    const [said] = await done('latent', run, dataset, '--out', out, '--clusters', '3', '--runtime', 'onnx')
    expect(said).toMatchObject({ type: 'done', count: 96, dimensions: 6, broken: 0, explained: null })
    expect(said!.trustworthiness).toBeGreaterThan(0.7)
    expect(said!.pcaTrustworthiness).toBeGreaterThan(0.5)
    expect(said!.clusters).toMatchObject({ count: 3, none: 0 })
    expect((await readdir(out)).sort()).toEqual([
      'clusters.csv',
      'codes.csv',
      'coordinates.csv',
      'map.png',
      'map.svg',
    ])
    const { codes, labels } = await readCodesCsv(join(out, 'coordinates.csv'))
    expect(codes).toHaveLength(192)
    expect(new Set(labels)).toEqual(new Set(['odd', 'even']))
    expect((await sharp(join(out, 'map.png')).metadata()).width).toBeGreaterThan(500)
    expect(await refused('latent', run, dataset, '--out', out)).toContain('--overwrite')
    // The same seed makes the same map.
    await done('latent', run, dataset, '--out', fresh('again'), '--runtime', 'onnx')
    const again = await readFile(join(folder, String(outs), 'again', 'coordinates.csv'))
    expect(again).toEqual(await readFile(join(out, 'coordinates.csv')))
  })

  it('PCA in space, and numbers of the code as they are, from a folder of pictures too', async () => {
    const [pca] = await done(
      ...['latent', run, dataset, '--out', fresh(), '--projection', 'pca', '--components', '3'],
      ...['--format', 'npy'],
    )
    expect((pca!.explained as number[]).length).toBe(3)
    const out = join(folder, String(outs), 'out')
    expect((await readNpy(join(out, 'coordinates.npy'))).shape).toEqual([96, 3])
    const dims = fresh()
    await done('latent', run, photos, '--out', dims, '--projection', 'dims', '--axes', '6,1')
    const codes = await readCodesCsv(join(dims, 'codes.csv'))
    const places = await readCodesCsv(join(dims, 'coordinates.csv'))
    expect([...places.codes.slice(0, 2)]).toEqual([codes.codes[5], codes.codes[0]])
    expect(await readdir(join(folder, 'run'))).not.toContain('latent')
  })

  it('refuses what cannot be, with a sentence', async () => {
    const map = (...args: string[]) => refused('latent', run, dataset, '--out', fresh(), ...args)
    expect(await map('--projection', 'dims', '--axes', '1,7')).toContain('no dimension 7')
    expect(await map('--projection', 'dims', '--axes', '1,2,3,4')).toContain('one to three')
    expect(await map('--format', 'xlsx')).toContain('csv, npy, parquet, projector')
    expect(await map('--clusters', '1')).toContain('from 2 to 100')
    expect(await refused('latent', 'builtin:grey', dataset, '--out', fresh())).toMatch(
      /no latent code|Choose/,
    )
  })

  it('makes a map of a code of one number, and of too few images only where that can be', async () => {
    const client = testComputeClient()
    const spec = modelSpecSchema.parse({
      ...smallSpec,
      encoder: [{ type: 'dense', units: 1, activation: 'linear' }],
    })
    const narrow = await trainRun(client, join(folder, 'narrow'), dataset, spec)
    await client.dispose()
    const [said] = await done(
      'latent',
      narrow,
      dataset,
      '--out',
      fresh(),
      '--projection',
      'dims',
      '--axes',
      '1',
    )
    expect(said).toMatchObject({ dimensions: 1 })
    await done('latent', narrow, dataset, '--out', fresh(), '--projection', 'pca')
    const one = join(photos, 'a.png')
    expect((await done('latent', run, one, '--out', fresh(), '--projection', 'pca'))[0]).toMatchObject({
      count: 1,
    })
    expect(await refused('latent', run, one, '--out', fresh())).toContain('three images or more')
  })

  it.skipIf(!hasPeersPython('numpy'))('NumPy reads codes and coordinates', async () => {
    const out = fresh()
    await done('latent', run, dataset, '--out', out, '--format', 'npy')
    const said = await runPython(`
import numpy as np
codes, places = np.load(${JSON.stringify(join(out, 'codes.npy'))}), np.load(${JSON.stringify(join(out, 'coordinates.npy'))})
print(codes.dtype, codes.shape, places.shape, bool(np.isfinite(places).all()))`)
    expect(said.trim()).toBe('float32 (96, 6) (96, 2) True')
  })
})

describe('interpolate', () => {
  it('draws from one image to another, beginning and ending with what each decodes to', async () => {
    const out = fresh('ab.png')
    const [a, b] = [join(photos, 'a.png'), join(photos, 'b.png')]
    const [said] = await done('interpolate', run, a, b, '--out', out, '--steps', '5')
    expect(said).toMatchObject({ type: 'done', count: 5 })
    const { width, height } = await sharp(out).metadata()
    expect(width! / height!).toBeCloseTo((5 * 9 - 1) / 8, 5)
    const drawn = fresh()
    await done('reconstruct', run, a, '--out', drawn)
    const scale = height! / 8
    const first = await sharp(out)
      .extract({ left: 0, top: 0, width: height!, height: height! })
      .greyscale()
      .raw()
      .toBuffer()
    const alone = await sharp(join(drawn, 'a.png')).greyscale().raw().toBuffer()
    for (let i = 0; i < 64; i++)
      expect(
        Math.abs(first[(Math.floor(i / 8) * scale * 8 + (i % 8)) * scale]! - alone[i]!),
      ).toBeLessThanOrEqual(2)
  })

  it('makes a square of four, and an animation', async () => {
    const images = ['a', 'b', 'c', 'd'].map((name) => join(photos, `${name}.png`))
    const out = fresh('square.gif')
    const [said] = await done(
      'interpolate',
      run,
      ...images,
      '--out',
      out,
      '--steps',
      '3',
      '--path',
      'spherical',
    )
    expect(said).toMatchObject({ count: 9 })
    expect((await sharp(out, { animated: true }).metadata()).pages).toBe(16)
  })

  it('refuses three images, other files and other endings', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(photos, `${name}.png`))
    expect(await refused('interpolate', run, a!, b!, c!, '--out', fresh('x.png'))).toContain(
      'two images or four',
    )
    expect(await refused('interpolate', run, a!, b!, '--out', fresh('x.jpg'))).toContain('.gif or .webp')
    expect(
      await refused('interpolate', run, a!, join(folder, 'none.png'), '--out', fresh('x.png')),
    ).toContain('none.png')
    expect(await refused('interpolate', run, a!, b!, '--out', a!, '--overwrite')).toContain(
      'one of the images',
    )
  })
})

describe('neighbours', () => {
  it('lists the nearest images, the image itself first where it is among them', async () => {
    const [first, ...others] = await done('neighbours', run, photos, join(photos, 'c.png'), '--count', '3')
    expect(first).toMatchObject({ type: 'neighbour', path: 'c.png' })
    expect(first!.distance).toBeLessThan(1e-4)
    const distances = others.slice(0, 2).map(({ distance }) => distance as number)
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    expect(await refused('neighbours', run, photos)).toContain('after it one image')
  })
})
