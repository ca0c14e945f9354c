import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { psnrOfImages } from '../../../src/main/engine/imaging/psnr'
import { hourglass, records } from '../../support/commandLine'
import { randomNumbers } from '../../support/randomNumbers'

const [height, width] = [96, 112]
const shape = { height, width, channels: 1 } as const
let folder: string
let clean: Uint8Array

/** Discs with sharp edges on a slope. */
function scene(): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const disc = (x - 40) ** 2 + (y - 50) ** 2 < 700 ? 90 : (x - 85) ** 2 + (y - 30) ** 2 < 300 ? -40 : 0
    return Math.round(90 + 0.3 * x + disc)
  })
}

const image = (pixels: Uint8Array, channels: 1 | 3 = 1) => sharp(pixels, { raw: { ...shape, channels } })
const read = async (file: string) => new Uint8Array(await sharp(file).toColourspace('b-w').raw().toBuffer())
const psnr = (a: Uint8Array, b: Uint8Array) => {
  const floats = (pixels: Uint8Array) => Float32Array.from(pixels, (value) => value / 255)
  return psnrOfImages(floats(a), floats(b), shape)[0]!
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-damage-'))
  clean = scene()
  await mkdir(join(folder, 'masks'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const restore = (...args: string[]) =>
  hourglass('restore', ...args, '--out', join(folder, 'out'), '--overwrite', '--json', '--runtime', 'onnx')

describe('restoring from the command line', () => {
  it('sees a JPEG in a PNG, and takes its artefacts out', { timeout: 60_000 }, async () => {
    const file = join(folder, 'blocks.png')
    await sharp(await image(clean).jpeg({ quality: 15 }).toBuffer())
      .png()
      .toFile(file)
    const said = await restore(file)
    expect(said.code).toBe(0)
    const [told] = records(said)
    expect(told).toMatchObject({ kind: 'jpeg', model: 'builtin:jpeg' })
    expect(Math.abs((told!.jpegQuality as number) - 15)).toBeLessThanOrEqual(2)
    const gain = psnr(await read(told!.file as string), clean) - psnr(await read(file), clean)
    expect(gain).toBeGreaterThan(1)
  })

  it('fills a hole, and leaves every other pixel', { timeout: 60_000 }, async () => {
    const mask = Uint8Array.from(clean, (_, i) => (Math.abs((i % width) - 60) < 4 ? 255 : 0))
    const random = randomNumbers(1)
    const holed = clean.map((value, i) => (mask[i] ? Math.floor(255 * random()) : value))
    const color = Uint8Array.from({ length: 3 * holed.length }, (_, i) => holed[Math.floor(i / 3)]!)
    await image(color, 3).png().toFile(join(folder, 'holed.png'))
    await image(mask)
      .png()
      .toFile(join(folder, 'masks', 'holed.png'))
    const said = await restore(join(folder, 'holed.png'), '--mask', join(folder, 'masks'))
    const [told] = records(said)
    expect(told).toMatchObject({ kind: 'holes', width, height })
    const result = await read(told!.file as string)
    result.forEach((value, i) => {
      if (!mask[i]) expect(value).toBe(clean[i])
    })
    expect(psnr(result, clean)).toBeGreaterThan(30)
  })

  it('enlarges beyond what a filter does', { timeout: 60_000 }, async () => {
    const small = await image(clean)
      .resize(width / 2, height / 2, { kernel: 'cubic' })
      .png()
      .toBuffer()
    await writeFile(join(folder, 'small.png'), small)
    const said = await restore(join(folder, 'small.png'), '--kind', 'enlarge')
    const [told] = records(said)
    expect(told).toMatchObject({ width, height })
    const filtered = new Uint8Array(
      await sharp(small).resize(width, height, { kernel: 'lanczos3' }).toColourspace('b-w').raw().toBuffer(),
    )
    expect(psnr(await read(told!.file as string), clean)).toBeGreaterThan(psnr(filtered, clean) + 1)
  })

  it('says what to do where nothing is seen, or a mask does not fit', { timeout: 60_000 }, async () => {
    const file = join(folder, 'clean.png')
    await image(clean).png().toFile(file)
    const none = await restore(file)
    expect(none.code).toBe(3)
    expect(none.stderr).toContain('--kind')
    await sharp({ create: { width: 5, height: 5, channels: 3, background: 'white' } })
      .png()
      .toFile(join(folder, 'tiny.png'))
    const tiny = await restore(file, '--mask', join(folder, 'tiny.png'))
    expect(tiny.code).toBe(3)
    expect(tiny.stderr).toContain('same size')
    const blur = await restore(file, '--kind', 'blur')
    expect(blur.stderr).toContain('--noise blur')
  })

  it('is proposed by denoise', { timeout: 60_000 }, async () => {
    const file = join(folder, 'photo.jpg')
    await writeFile(file, await image(clean).jpeg({ quality: 20 }).toBuffer())
    const { stderr } = await hourglass(
      'denoise',
      file,
      '--out',
      join(folder, 'denoised'),
      '--runtime',
      'onnx',
    )
    expect(stderr).toContain('restore --kind jpeg')
    expect((await readFile(join(folder, 'denoised', 'photo.jpg'))).length).toBeGreaterThan(0)
  })
})
