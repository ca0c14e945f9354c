import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDatasetInfo } from '../../../src/main/store/datasetStore'
import { readRunInfo } from '../../../src/main/store/runStore'
import { hourglass, records } from '../../support/commandLine'
import { hasTensorflow } from '../../support/requirements'

const side = 48
let folder: string
const at = (...names: string[]) => join(folder, ...names)

/** A picture of discs, and the same at half its contrast under a veil. */
async function writePair(name: string, seed: number, endings: readonly [string, string]): Promise<void> {
  const clean = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3]
    const isDisc = (x - 10 - 4 * seed) ** 2 + (y - 24) ** 2 < 120
    return isDisc ? 200 - 40 * c : 40 + x + seed + 10 * c
  })
  const write = async (path: string, pixels: Uint8Array) => {
    await mkdir(dirname(path), { recursive: true })
    await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path)
  }
  await write(at('clean', name + endings[0]), clean)
  await write(
    at('damaged', name + endings[1]),
    clean.map((value) => Math.round(70 + value / 2)),
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-pairs-'))
  for (let i = 0; i < 6; i++)
    await writePair(i < 4 ? `${i}` : `more/${i}`, i, i % 2 ? ['.png', '.webp'] : ['.png', '.png'])
  await sharp({ create: { width: 40, height: side, channels: 3, background: 'red' } }).toFile(
    at('clean', 'wide.png'),
  )
  await sharp({ create: { width: side, height: side, channels: 3, background: 'red' } }).toFile(
    at('damaged', 'wide.png'),
  )
  await writeFile(at('damaged', 'alone.png'), await sharp(at('damaged', '0.png')).toBuffer())
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const train = (...args: string[]) => hourglass('train', '--json', '--runtime', 'onnx', ...args)
const folders = () => ['--input-folder', at('damaged'), '--target-folder', at('clean')]

describe('training on pairs of pictures', () => {
  it('learns from them, goes on, restores and is measured', { timeout: 120_000 }, async () => {
    const run = at('run')
    const network = ['--filters', '6', '--depth', '3']
    const small = [...network, '--lr', '0.01', '--batch', '4', '--average', '0', '--patches', '4']
    const said = await train(...folders(), ...small, '--epochs', '3', '--seed', '2', '--out', run)
    const [skipped] = records(said).filter(({ type }) => type === 'skipped')
    expect(skipped!.skipped).toEqual([
      { path: 'wide.png', reason: expect.stringContaining('48 × 48 pixels, and the clean picture 40 × 48') },
      { path: 'alone.png', reason: expect.stringContaining('There is no picture of its name in') },
    ])
    expect(said.code, said.stderr).toBe(0)
    expect((await readRunInfo(run)).config.noise).toEqual({ kind: 'pairs', min: 0, max: 0 })
    const { count, width, channels } = await readDatasetInfo(join(run, 'dataset'))
    expect({ count, width, channels }).toEqual({ count: 6, width: side, channels: 3 })

    const longer = await train('--resume', '--out', run, '--epochs', '30')
    expect(longer.code, longer.stderr).toBe(0)
    expect((await readRunInfo(run)).state).toBe('done')

    const restored = await hourglass('restore', run, at('damaged', 'more'), '--out', at('out'), '--json')
    expect(restored.code, restored.stderr).toBe(0)
    expect(records(restored)[0]).toMatchObject({ kind: 'pairs' })
    const denoised = await hourglass('denoise', run, at('damaged', 'more', '4.png'), '--out', at('denoised'))
    expect(denoised.code, denoised.stderr).toBe(0)
    expect(denoised.stdout).toContain('has learned from pairs of pictures')
    expect(denoised.stdout).not.toContain('too small to tell')
    const none = await hourglass('restore', at('damaged', '0.png'), '--kind', 'pairs', '--out', at('no'))
    expect(none.stderr).toContain('Train one with --input-folder and --target-folder')
    const measured = await hourglass(
      'evaluate',
      run,
      at('damaged', 'more'),
      '--clean',
      at('clean', 'more'),
      '--json',
    )
    const done = records(measured).at(-1) as {
      count: number
      noisy: { psnr: number }
      result: { psnr: number }
    }
    expect(done.count).toBe(2)
    expect(done.result.psnr).toBeGreaterThan(done.noisy.psnr + 3)
  })

  it('begins as the built-in denoiser, and trains with TensorFlow', { timeout: 120_000 }, async (context) => {
    context.skip(!hasTensorflow())
    const run = at('begun')
    const args = ['--epochs', '1', '--color', 'grey', '--patches', '1', '--out', run]
    const said = await hourglass('train', ...folders(), ...args, '--runtime', 'tensorflow')
    expect(said.code, said.stderr).toBe(0)
    expect(said.stdout).toContain('6 pairs of pictures in grey')
    const { initialWeights, spec } = await readRunInfo(run)
    expect(initialWeights).toContain('grey')
    expect(spec.noiseLevel).toBe(false)
  })

  it('says what to do where it cannot', { timeout: 120_000 }, async () => {
    await mkdir(at('others'))
    await sharp(at('clean', '0.png')).toFile(at('others', 'other.png'))
    const none = await train(
      '--input-folder',
      at('others'),
      '--target-folder',
      at('clean'),
      '--out',
      at('no'),
    )
    expect(none.code).not.toBe(0)
    expect(none.stderr).toContain('Give both the same names, such as damaged/1.jpg and clean/1.png.')
    const one = await train('--target-folder', at('clean'), '--out', at('no'))
    expect([one.code, one.stderr]).toEqual([2, expect.stringContaining('Pairs are two folders')])
    const noise = await train(...folders(), '--noise', 'gaussian:5', '--out', at('no'))
    expect([noise.code, noise.stderr]).toEqual([2, expect.stringContaining('Leave --noise out')])
    const asNoise = await train(at('clean'), '--noise', 'pairs', '--out', at('no'))
    expect([asNoise.code, asNoise.stderr]).toEqual([2, expect.stringContaining('Pairs are two folders')])
  })
})
