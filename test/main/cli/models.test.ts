import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCodesCsv } from '../../../src/main/store/csv'
import { readNpy, writeNpy } from '../../../src/main/store/npy'
import { runFiles } from '../../../src/main/store/runStore'
import { finished, hourglass, records, startHourglass, testComputeClient } from '../../support/commandLine'
import { randomNumbers } from '../../support/randomNumbers'
import { hasTensorflow } from '../../support/requirements'
import { rectangle, rectanglesDataset, trainRun } from '../../support/trainedRun'

let folder: string
let run: string
let dataset: string
let photos: string
let outs = 0
/** A name for what a test writes. */
const fresh = (name = 'out') => join(folder, `${++outs}`, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-models-'))
  dataset = await rectanglesDataset(join(folder, 'dataset'))
  const client = testComputeClient()
  run = await trainRun(client, join(folder, 'run'), dataset)
  await client.dispose()
  photos = join(folder, 'photos')
  const random = randomNumbers(3)
  for (const path of ['a/1.png', 'b/1.png', 'b/2.png']) await writeGrey(join(photos, path), rectangle(random))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function writeGrey(path: string, pixels: Uint8Array): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
    .png()
    .toFile(path)
}

async function pixelsOf(path: string): Promise<Uint8Array> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([8, 8])
  return Uint8Array.from({ length: 64 }, (_, i) => data[i * info.channels]!)
}

/** Runs a command that is to work. */
async function done(...args: string[]): Promise<Record<string, unknown>[]> {
  const said = await hourglass(...args, '--json')
  expect(said).toMatchObject({ code: 0 })
  return records(said)
}

describe('evaluate', () => {
  it('measures a dataset, with noise from a seed', async () => {
    const [clean, ...rest] = await done('evaluate', run, dataset, '--runtime', 'onnx')
    expect(rest).toEqual([])
    expect(clean).toMatchObject({ type: 'done', count: 96, skipped: [] })
    expect(clean).not.toHaveProperty('noisyPsnr')
    const noisy = ['evaluate', run, dataset, '--noise', 'gaussian:25', '--runtime', 'onnx']
    const [[first], [again], [other]] = await Promise.all([
      done(...noisy),
      done(...noisy),
      done(...noisy, '--seed', '1'),
    ])
    expect(again).toEqual(first)
    expect(other!.loss).not.toBe(first!.loss)
    expect(first!.noisyPsnr).toBeGreaterThan(20)
    expect(first!.noisyPsnr).toBeLessThan(25)
  })

  it('fits images of another size and colour, and says which it left out', async () => {
    const mixed = fresh('mixed')
    await mkdir(mixed, { recursive: true })
    await sharp({ create: { width: 90, height: 60, channels: 3, background: '#808080' } })
      .jpeg()
      .toFile(join(mixed, 'wide.jpg'))
    await writeFile(join(mixed, 'text.png'), 'hello')
    const said = await hourglass('evaluate', run, mixed)
    expect(said).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 image\nloss .*\nPSNR .*dB\nSSIM/),
    })
    expect(said.stderr).toMatch(/Skipped text\.png: It holds text/)
    expect(said.stderr).toMatch(/add --noise gaussian:25/)
    const [record] = await done('evaluate', run, mixed)
    expect(record).toMatchObject({ count: 1, skipped: [{ path: 'text.png' }] })
  })

  it.skipIf(!hasTensorflow())('gives the same on both runtimes', async () => {
    const noisy = ['evaluate', run, dataset, '--noise', 'gaussian:25', '--runtime']
    const [onnx] = await done(...noisy, 'onnx')
    const [tensorflow] = await done(...noisy, 'tensorflow')
    for (const figure of ['loss', 'psnr', 'ssim', 'noisyPsnr'])
      expect(tensorflow![figure], figure).toBeCloseTo(onnx![figure] as number, 4)
  })
})

describe('reconstruct', () => {
  it('writes a PNG an image and a comparison, and leaves the originals alone', async () => {
    const before = await readFile(join(photos, 'b/1.png'))
    const out = fresh()
    const all = await done('reconstruct', run, photos, '--out', out, '--noise', 'gaussian:25')
    expect((await readdir(out)).sort()).toEqual(['1-2.png', '1.png', '2.png', 'comparison.png'])
    expect(all.at(-1)).toMatchObject({ type: 'done', out, count: 3 })
    expect(all[0]).toEqual({ type: 'image', path: 'a/1.png', file: join(out, '1.png') })
    const { width = 0, height = 0 } = await sharp(join(out, 'comparison.png')).metadata()
    expect(width).toBeGreaterThan(height)
    expect(await readFile(join(photos, 'b/1.png'))).toEqual(before)
    expect((await sharp(join(out, '1.png')).metadata()).channels).toBe(1)
  })

  it('gives 16 bits, and the very values of the network, which both round to the 8 bits', async () => {
    const [png, png16, npy] = [fresh(), fresh(), fresh()]
    await done('reconstruct', run, photos, '--out', png)
    await done('reconstruct', run, photos, '--out', png16, '--format', 'png16')
    const all = await done('reconstruct', run, photos, '--out', npy, '--format', 'npy')
    expect(all[0]).toMatchObject({ file: join(npy, '1.npy') })
    expect((await readdir(npy)).sort()).toEqual(['1-2.npy', '1.npy', '2.npy', 'comparison.png'])
    const eight = await pixelsOf(join(png, '2.png'))
    const { shape, data } = await readNpy(join(npy, '2.npy'))
    expect(shape).toEqual([8, 8, 1])
    const levels = Array.from(data, (value) => 255 * Math.min(1, Math.max(0, value)))
    levels.forEach((level, i) => expect(Math.abs(level - eight[i]!)).toBeLessThanOrEqual(0.501))
    const deep = sharp(join(png16, '2.png'))
    expect(await deep.metadata()).toMatchObject({ depth: 'ushort', channels: 1 })
    const raw = await deep.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer()
    const sixteen = new Uint16Array(raw.buffer, raw.byteOffset, raw.byteLength / 2)
    levels.forEach((level, i) => expect(Math.abs(sixteen[i]! / 257 - level)).toBeLessThan(0.003))
  })

  it('overwrites when asked to, but never an original', async () => {
    const out = fresh()
    await cp(join(photos, 'a'), out, { recursive: true })
    const original = join(out, '1.png')
    const before = await readFile(original)
    for (const more of [[], ['--overwrite']]) {
      const said = await hourglass('reconstruct', run, original, '--out', out, ...more)
      expect(said).toMatchObject({ code: 3, stdout: '' })
    }
    expect(await readdir(out)).toEqual(['1.png'])
    expect(await readFile(original)).toEqual(before)
    await done('reconstruct', run, join(photos, 'b/1.png'), '--out', out, '--overwrite')
    expect(await readFile(original)).not.toEqual(before)
  })
})

describe('encode and decode', () => {
  it('round trip: decoded codes are the reconstructions', async () => {
    const [npy, csv] = [fresh('codes.npy'), fresh('codes.csv')]
    await done('encode', run, photos, '--out', npy)
    await done('encode', run, photos, '--out', csv)
    const array = await readNpy(npy)
    const table = await readCodesCsv(csv)
    expect(array.shape).toEqual([3, 6])
    expect(table).toMatchObject({ paths: ['a/1.png', 'b/1.png', 'b/2.png'], labels: ['a', 'b', 'b'] })
    expect(table.codes).toEqual(array.data)
    expect(await readFile(npy.replace('.npy', '.items.csv'), 'utf8')).toBe(
      'path,label\r\na/1.png,a\r\nb/1.png,b\r\nb/2.png,b\r\n',
    )
    const [direct, named, numbered] = [fresh(), fresh(), fresh()]
    await done('reconstruct', run, photos, '--out', direct)
    await done('decode', run, csv, '--out', named)
    await done('decode', run, npy, '--out', numbered)
    expect((await readdir(named)).sort()).toEqual(['1-2.png', '1.png', '2.png'])
    expect((await readdir(numbered)).sort()).toEqual(['000001.png', '000002.png', '000003.png'])
    for (const [name, number] of [
      ['1', 1],
      ['1-2', 2],
      ['2', 3],
    ]) {
      const expected = await pixelsOf(join(direct, `${name}.png`))
      for (const path of [join(named, `${name}.png`), join(numbered, `00000${number}.png`)])
        expect(
          Math.max(...(await pixelsOf(path)).map((value, i) => Math.abs(value - expected[i]!))),
        ).toBeLessThan(2)
    }
  })

  it.skipIf(!hasTensorflow())('gives the same codes on both runtimes', async () => {
    const [onnx, tensorflow] = [fresh('codes.npy'), fresh('codes.npy')]
    await done('encode', run, dataset, '--out', onnx, '--runtime', 'onnx')
    await done('encode', run, dataset, '--out', tensorflow, '--runtime', 'tensorflow')
    const [{ data: a }, { data: b }] = [await readNpy(onnx), await readNpy(tensorflow)]
    expect(a).toHaveLength(96 * 6)
    expect(Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-5)
  })
})

describe('bad input ends with a sentence, the right code, and nothing written', () => {
  const cases: [string, number, RegExp, () => Promise<string[]>][] = [
    ['a missing run', 3, /no trained model in .*nope.*run\.json/s, async () => ['evaluate', 'nope', dataset]],
    ['missing images', 3, /There is no .*nope/, async () => ['evaluate', run, 'nope']],
    [
      'another kind of code file',
      2,
      /\.csv or \.npy/,
      async () => ['encode', 'nope', dataset, '--out', fresh('c.txt')],
    ],
    [
      'codes of another kind',
      2,
      /\.csv or \.npy/,
      async () => ['decode', run, 'codes.txt', '--out', fresh()],
    ],
    [
      'noise that is none',
      2,
      /is not a kind of noise/,
      async () => ['evaluate', run, dataset, '--noise', 'x'],
    ],
    ['no place to write', 2, /--out/, async () => ['reconstruct', run, photos]],
    [
      'an unknown device',
      3,
      /There is no device|has no device/,
      async () => ['evaluate', run, dataset, '--device', 'x9'],
    ],
    [
      'text called .png',
      3,
      /text\.png: It holds text/,
      async () => {
        const text = fresh('text.png')
        await mkdir(join(text, '..'))
        await writeFile(text, 'hello')
        return ['reconstruct', run, text, '--out', fresh()]
      },
    ],
    [
      'a dataset of another size',
      3,
      /takes images of 8 × 8 pixels, grey; those of .* 4 × 4/,
      async () => {
        const small = fresh('small')
        await done('import', photos, '--out', small, '--size', '4')
        return ['encode', run, small, '--out', fresh('codes.csv')]
      },
    ],
    [
      'a damaged checkpoint',
      3,
      /best\.safetensors cannot be read/,
      async () => {
        const damaged = fresh('run')
        await cp(run, damaged, { recursive: true })
        const bytes = await readFile(runFiles.best(damaged))
        await writeFile(runFiles.best(damaged), bytes.subarray(0, bytes.length / 2))
        return ['reconstruct', damaged, photos, '--out', fresh()]
      },
    ],
    ['codes of another model', 3, /codes of 2 numbers.* takes 6/, () => decodeOf(2, [1, 2])],
    [
      'codes that are no numbers',
      3,
      /code 1 has NaN in dimension 5/,
      () => decodeOf(6, [1, 2, 3, 4, 5, NaN]),
    ],
    [
      'a table that is none',
      3,
      /line 3 has "x"/,
      async () => {
        const path = fresh('codes.csv')
        await mkdir(join(path, '..'))
        await writeFile(path, 'z0,z1,z2,z3,z4,z5\n1,2,3,4,5,6\n1,2,3,4,5,x\n')
        return ['decode', run, path, '--out', fresh()]
      },
    ],
  ]

  async function decodeOf(dimensions: number, values: number[]): Promise<string[]> {
    const path = fresh('codes.npy')
    await mkdir(join(path, '..'))
    await writeNpy(path, { shape: [1, dimensions], data: Float32Array.from(values) })
    return ['decode', run, path, '--out', fresh()]
  }

  it.each(cases)('%s', async (_, code, sentence, prepare) => {
    const args = await prepare()
    const said = await hourglass(...args, '--quiet')
    expect(said.stderr).toMatch(sentence)
    expect(said).toMatchObject({ code, stdout: '' })
    expect(said.stderr).not.toContain('    at ')
    const out = args[args.indexOf('--out') + 1]!
    if (args.includes('--out')) await expect(readdir(join(out, '..'))).rejects.toThrow('ENOENT')
  })
})

it('leaves nothing behind when it is stopped', async () => {
  const large = await rectanglesDataset(join(folder, 'large'), 20_000)
  const out = fresh()
  const child = startHourglass('reconstruct', run, large, '--out', out)
  const end = finished(child)
  await new Promise<void>((resolve) => {
    child.stderr!.on('data', (data: Buffer) => data.includes('Reconstructing') && resolve())
  })
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(stderr).toMatch(/Stopped\. Nothing was written\.\n$/)
  expect(code).toBe(130)
  await expect(readdir(join(out, '..'))).rejects.toThrow('ENOENT')
})
