import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunInfo } from '../../../src/shared/run'
import { hourglass, records } from '../../support/commandLine'
import { randomNumbers } from '../../support/randomNumbers'

let folder: string
let photos: string
let run: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-restorer-'))
  photos = join(folder, 'photos')
  run = join(folder, 'run')
  await mkdir(photos)
  const random = randomNumbers(4)
  // None of them square, one smaller than a patch of training, one of odd sides.
  for (const [name, width, height] of [
    ['a.png', 300, 150],
    ['b.png', 130, 270],
    ['c.png', 45, 33],
  ] as const) {
    const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
      Math.round(100 + 60 * Math.sin(i / 40) + 40 * random()),
    )
    await sharp(pixels, { raw: { width, height, channels: 1 } })
      .png()
      .toFile(join(photos, name))
  }
  await writeFile(join(photos, 'd.png'), 'not a picture')
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

const size = ['--filters', '8', '--depth', '3', '--patches', '8', '--runtime', 'onnx']

describe('a denoiser of convolutions', () => {
  it('is trained on patches of a folder of photographs', async () => {
    const args = [
      'train',
      photos,
      '--preset',
      'denoise-conv',
      '--epochs',
      '2',
      '--out',
      run,
      ...size,
      '--json',
    ]
    const said = await hourglass(...args)
    expect(said).toMatchObject({ code: 0 })
    expect(records(said).at(-1)).toMatchObject({ type: 'done', epochs: 2 })
    const info = JSON.parse(await readFile(join(run, 'run.json'), 'utf8')) as RunInfo
    expect(info).toMatchObject({
      state: 'done',
      // Squares of 128: two of the first, two of the second, none of the small one.
      images: 4,
      spec: { decoder: 'convolution', noiseLevel: true, encoder: [{ filters: 8 }, { filters: 8 }] },
      config: { patches: { perImage: 8 }, averageDecay: 0.999, noise: { kind: 'gaussian', min: 0, max: 55 } },
    })
    const card = await readFile(join(run, 'model', 'README.md'), 'utf8')
    expect(card).toContain('draws it again, without what it learned to take out')
    expect(card).toContain('convolution 3 × 3')
  })

  it('is measured on whole images, whatever their size', async () => {
    const evaluate = ['evaluate', run, photos, '--noise', 'gaussian:25', '--runtime', 'onnx', '--json']
    const said = await hourglass(...evaluate, '--seed', '3')
    expect(said).toMatchObject({ code: 0 })
    const [result] = records(said)
    expect(result).toMatchObject({ type: 'done', count: 3, skipped: [{ path: 'd.png' }] })
    // Sigma 25 alone is 20.17 dB; cutting it off at black and white makes it a little less.
    expect(result!.noisyPsnr).toBeGreaterThan(20)
    expect(result!.noisyPsnr).toBeLessThan(20.8)
    expect(result!.psnr).toBeGreaterThan(15)
    expect(records(await hourglass(...evaluate, '--seed', '3'))).toEqual([result])
    expect(records(await hourglass(...evaluate, '--seed', '4'))[0]!.psnr).not.toBe(result!.psnr)
  })

  it('says that it has no code', async () => {
    const said = await hourglass('encode', run, photos, '--out', join(folder, 'codes.csv'))
    expect(said.code).toBe(3)
    expect(said.stderr).toContain('This model has no latent code')
  })

  it.each([
    ['images smaller than the patches', ['--size', '32'], 'The model is trained on patches of 64 × 64'],
    ['noise without a sigma', ['--noise', 'poisson:30'], 'The model is told the sigma of gaussian noise'],
  ])('is not trained on %s', async (_, more, sentence) => {
    const out = join(folder, 'refused')
    const said = await hourglass('train', photos, '--preset', 'denoise-conv', '--out', out, ...size, ...more)
    expect(said.code).not.toBe(0)
    expect(said.stderr).toContain(sentence)
  })

  it('alone has filters and a depth to set', async () => {
    const said = await hourglass('train', photos, '--preset', 'tied-784-32', '--filters', '8')
    expect(said.code).toBe(2)
    expect(said.stderr).toContain('Choose the preset denoise-conv.')
  })
})
