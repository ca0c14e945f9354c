import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomStream } from '../../../src/main/engine/training/random'
import { finished, hourglass, records, type Said, startHourglass } from '../../support/commandLine'
import { folderOfFile } from '../../support/testFolder'

let folder: string
const at = (...names: string[]) => join(folder, ...names)
const [height, width] = [120, 160]

/** A shaded hill with a hut: height × width × 3, 0..1. */
const scene = Float32Array.from({ length: height * width * 3 }, (_, i) => {
  const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
  if (x > 60 && x < 90 && y > 50 && y < 80) return [0.7, 0.25, 0.2][c]!
  return y > 60 + 15 * Math.sin(x / 25) ? [0.2, 0.5, 0.2][c]! + y / 600 : [0.4, 0.6, 0.85][c]! - y / 500
})

/** With noise, as integers up to `white`. */
function noisy(sigma: number, white: 255 | 65_535, channels: 1 | 3 = 3): Uint8Array | Uint16Array {
  const random = randomStream(11)
  const values = scene
    .filter((_, i) => channels === 3 || i % 3 === 1)
    .map((value) => white * Math.min(1, Math.max(0, value + (sigma / 255) * random.normal())))
    .map(Math.round)
  return white === 255 ? Uint8Array.from(values) : Uint16Array.from(values)
}

/** Each pixel the mean of 2 × 2 of its channel, as demosaicing leaves neighbours alike. */
function smoothed(pixels: Uint8Array): Uint8Array {
  const last = { x: width - 1, y: height - 1 }
  return pixels.map((_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    const at = (dx: number, dy: number) =>
      pixels[(Math.min(last.y, y + dy) * width + Math.min(last.x, x + dx)) * 3 + c]!
    return Math.round((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4)
  })
}

const image = (data: Uint8Array | Uint16Array, channels: 1 | 3 | 4 = 3) =>
  sharp(data, { raw: { width, height, channels } })

async function pixels(path: string): Promise<Uint8Array> {
  return new Uint8Array(await sharp(path).raw({ depth: 'uchar' }).toBuffer())
}

function psnr(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return 10 * Math.log10(255 ** 2 / (sum / a.length))
}

const clean = Uint8Array.from(scene, (value) => Math.round(255 * value))
const denoise = (...args: string[]): Promise<Said> => hourglass('denoise', ...args, '--json')
const failures = ({ code, stderr }: Said) => ({ code, stderr })

beforeAll(async () => {
  folder = await folderOfFile()
  // What was done before is known by the app's state, which is not that of whoever runs the tests.
  process.env.HOURGLASS_HOME = at('home')
  await mkdir(at('photos', 'more'), { recursive: true })
  await image(noisy(25, 255)).png().toFile(at('photos', 'a.png'))
  await image(noisy(25, 255, 1), 1)
    .toColourspace('b-w')
    .withExif({ IFD0: { Copyright: 'Somebody' } })
    .png()
    .toFile(at('photos', 'more', 'grey.png'))
  await image(noisy(15, 65_535)).toColourspace('rgb16').png().toFile(at('photos', 'deep.png'))
  const withAlpha = new Uint8Array(height * width * 4)
  noisy(25, 255).forEach((value, i) => (withAlpha[Math.floor(i / 3) * 4 + (i % 3)] = value))
  for (let i = 3; i < withAlpha.length; i += 4) withAlpha[i] = i % 251
  await image(withAlpha, 4).png().toFile(at('photos', 'alpha.png'))
  await image(clean).png().toFile(at('clean.png'))
  await sharp(Uint8Array.of(9, 99, 199), { raw: { width: 1, height: 1, channels: 3 } })
    .png()
    .toFile(at('photos', 'pixel.png'))
  await writeFile(at('photos', 'text.png'), 'no picture')
}, 60_000)

describe('hourglass denoise', () => {
  it('takes a folder, whatever is in it', { timeout: 120_000 }, async () => {
    const said = await denoise(at('photos'), '--out', at('out'))
    expect(failures(said)).toMatchObject({ code: 0 })
    const all = records(said)
    const done = all.at(-1)!
    expect(done).toMatchObject({ type: 'done', count: 5, skipped: [{ path: 'text.png' }] })
    const byPath = Object.fromEntries(all.slice(0, -1).map((one) => [one.path, one]))
    expect(Object.keys(byPath).sort()).toEqual([
      'a.png',
      'alpha.png',
      'deep.png',
      'more/grey.png',
      'pixel.png',
    ])
    expect(byPath['a.png']).toMatchObject({ model: 'builtin:color', width, height })
    expect(byPath['more/grey.png']).toMatchObject({ model: 'builtin:grey' })
    for (const [path, sigma, channels] of [
      ['a.png', 25, 3],
      ['alpha.png', 25, 3],
      ['deep.png', 15, 3],
      ['more/grey.png', 25, 1],
    ] as const) {
      const told = byPath[path]!.sigma as number[]
      expect(told).toHaveLength(channels)
      told.forEach((one) => expect(Math.abs(one / sigma - 1)).toBeLessThan(0.1))
    }
    expect(byPath['a.png']).toMatchObject({ noise: { kind: 'white' } })
    expect(byPath['pixel.png']).toMatchObject({ sigma: null, noise: null, tile: null })
    // Noise of sigma 25 is 20 dB.
    expect(psnr(await pixels(at('out', 'a.png')), clean)).toBeGreaterThan(30)
    expect(psnr(await pixels(at('out', 'deep.png')), clean)).toBeGreaterThan(33)
    expect(await sharp(at('out', 'deep.png')).metadata()).toMatchObject({ depth: 'ushort', channels: 3 })
    const grey = await sharp(at('out', 'more', 'grey.png')).metadata()
    expect(grey.channels).toBe(1)
    expect(grey.exif!.includes('Somebody')).toBe(true)
    const [before, after] = [await pixels(at('photos', 'alpha.png')), await pixels(at('out', 'alpha.png'))]
    expect(after.filter((_, i) => i % 4 === 3)).toEqual(before.filter((_, i) => i % 4 === 3))
    expect(await readFile(at('out', 'pixel.png'))).toEqual(await readFile(at('photos', 'pixel.png')))
  })

  it('says that noise is what a camera leaves, and how strong it is in brightness and in colours', async () => {
    await image(smoothed(noisy(30, 255) as Uint8Array))
      .png()
      .toFile(at('camera.png'))
    const said = await denoise(at('camera.png'), '--out', at('camera'))
    const { noise } = records(said)[0]! as { noise: { kind: string; brightness: number; color: number } }
    expect(noise.kind).toBe('camera')
    expect(noise.brightness).toBeGreaterThan(1)
    expect(noise.color).toBeGreaterThan(1)
    const given = await denoise(at('camera.png'), '--out', at('given'), '--sigma', '8')
    expect(records(given)[0]).toMatchObject({ sigma: [8, 8, 8], noise: null })
  })

  it('gives the very file back at strength 0, and half of it at 0.5', async () => {
    const photo = at('photos', 'a.png')
    expect((await denoise(photo, '--out', at('none'), '--strength', '0')).code).toBe(0)
    expect(await readFile(at('none', 'a.png'))).toEqual(await readFile(photo))
    for (const [strength, out] of [
      ['1', 'whole'],
      ['0.5', 'half'],
    ] as const)
      expect((await denoise(photo, '--out', at(out), '--sigma', '25', '--strength', strength)).code).toBe(0)
    const [given, half, whole] = await Promise.all(
      [photo, at('half', 'a.png'), at('whole', 'a.png')].map(pixels),
    )
    half!.forEach((value, i) =>
      expect(Math.abs(value - (given![i]! + whole![i]!) / 2)).toBeLessThanOrEqual(1),
    )
  })

  it('leaves a clean picture as good as it was', async () => {
    expect((await denoise(at('clean.png'), '--out', at('cleaned'))).code).toBe(0)
    expect(psnr(await pixels(at('cleaned', 'clean.png')), clean)).toBeGreaterThan(45)
  })

  it('gives the same whatever the tile', async () => {
    const photo = at('photos', 'more', 'grey.png')
    for (const tile of ['64', 'auto'])
      expect(
        (await denoise('builtin:grey', photo, '--sigma', '25', '--tile', tile, '--out', at(`tile-${tile}`)))
          .code,
      ).toBe(0)
    const [small, auto] = await Promise.all(
      ['64', 'auto'].map((tile) => pixels(at(`tile-${tile}`, 'grey.png'))),
    )
    small!.forEach((value, i) => expect(Math.abs(value - auto![i]!)).toBeLessThanOrEqual(1))
  })

  it('does not write over anything without being asked, and never over an original', async () => {
    const photo = at('photos', 'pixel.png')
    await denoise(photo, '--out', at('twice'))
    expect(await denoise(photo, '--out', at('twice'))).toMatchObject({ code: 0 })
    const again = await denoise(photo, '--out', at('twice'), '--strength', '0.5')
    expect(again.code).toBe(3)
    expect(again.stderr).toContain('holds pixel.png already')
    expect((await denoise(photo, '--out', at('twice'), '--overwrite')).code).toBe(0)
    const before = await readFile(photo)
    await symlink(at('photos'), at('link'))
    for (const out of ['photos', 'link']) {
      const over = await denoise(photo, '--out', at(out), '--overwrite')
      expect(over.code).toBe(3)
      expect(over.stderr).toContain('one of the images that are read')
    }
    expect(await readFile(photo)).toEqual(before)
  })

  it.each([
    ['no pictures', () => ['builtin:grey'], 2, 'Name the pictures after it'],
    [
      'an unknown built-in model',
      () => ['builtin:blue', at('clean.png')],
      3,
      'Choose builtin:grey or builtin:color',
    ],
    ['a path that is not there', () => [at('nowhere')], 3, 'Check the spelling'],
    ['nothing that can be read', () => [at('photos', 'text.png')], 3, 'It holds text'],
    ['a sigma that is none', () => [at('clean.png'), '--sigma', 'much'], 2, 'Write a number from 0 to 255'],
  ])('says what is wrong with %s', async (_, args, code, sentence) => {
    const said = await denoise(...args(), '--out', at('wrong'))
    expect(said.code).toBe(code)
    expect(said.stderr).toContain(sentence)
  })

  it('refuses models that do not remove noise', { timeout: 60_000 }, async () => {
    const run = at('run')
    const trained = await hourglass(
      ...['train', at('photos'), '--preset', 'tied-784-32', '--size', '28', '--epochs', '1', '--out', run],
      ...['--runtime', 'onnx'],
    )
    expect(trained.code).toBe(0)
    const said = await denoise(run, at('clean.png'), '--out', at('wrong'))
    expect(said.code).toBe(3)
    expect(said.stderr).toContain('has not learned to remove noise')
  })
})

describe.skipIf(process.platform === 'win32')('hourglass denoise, stopped', () => {
  it('keeps what is done, and says so', { timeout: 60_000 }, async () => {
    await mkdir(at('many'))
    const photo = await readFile(at('photos', 'a.png'))
    for (let i = 0; i < 60; i++) await writeFile(at('many', `${i}.png`), photo)
    const child = startHourglass('denoise', at('many'), '--out', at('stopped'), '--json')
    child.stdout!.once('data', () => child.kill('SIGINT'))
    const said = await finished(child)
    expect(failures(said)).toMatchObject({ code: 130 })
    expect(said.stderr).toMatch(/What was done until then, \d+ pictures?, is in/)
    const written = await readdir(at('stopped'))
    expect(written.length).toBeGreaterThan(0)
    expect(written.length).toBeLessThan(60)
    for (const name of written) expect((await sharp(at('stopped', name)).metadata()).width).toBe(width)
  })
})
