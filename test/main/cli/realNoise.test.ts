import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import { type Bytes, withSyntheticNoise } from '../../../src/main/engine/imaging/syntheticNoise'
import { hourglass, records, type Said } from '../../support/commandLine'
import { syntheticPhotograph } from '../../support/syntheticPhotograph'
import { folderOfFile } from '../../support/testFolder'

const clean = syntheticPhotograph(1, 3, 96)
let folder: string
const failures = ({ code, stderr }: Said) => ({ code, stderr })
const at = (...names: string[]) => join(folder, ...names)

const write = ({ data, width, height, channels }: Bytes, path: string) =>
  sharp(data, { raw: { width, height, channels } }).png().toFile(path)

beforeAll(async () => {
  folder = await folderOfFile()
  for (const name of ['noisy', 'clean']) await mkdir(at(name))
  await write(withSyntheticNoise(clean, 'salt and pepper 3 %', 1), at('noisy', 'a_real.png'))
  await write(withSyntheticNoise(clean, 'white 25', 1), at('noisy', 'b.png'))
  for (const name of ['a_mean.png', 'b.png']) await write(clean, at('clean', name))
}, 60_000)

it('denoise says what it found besides noise, and takes the controls of the window', async () => {
  const controls = ['--colour', '0.5', '--detail', '0.2', '--runtime', 'onnx']
  const said = await hourglass(
    'denoise',
    at('noisy', 'a_real.png'),
    '--out',
    at('out'),
    ...controls,
    '--json',
  )
  expect(failures(said)).toMatchObject({ code: 0 })
  const [found] = records(said) as { repairs: { impulses: number; rows: number } }[]
  expect(found!.repairs.impulses).toBeCloseTo(0.03, 2)
  expect(found!.repairs.rows).toBe(0)
  const inWords = await hourglass(
    'denoise',
    at('noisy', 'a_real.png'),
    '--out',
    at('words'),
    '--runtime',
    'onnx',
  )
  expect(inWords.stdout).toMatch(/a_real\.png: .*sigma .*, [23]\.\d % hot pixels or salt and pepper/)
})

it('evaluate measures pairs, and noise as files have it', { timeout: 240_000 }, async () => {
  const pairs = [
    'evaluate',
    'builtin:color',
    at('noisy'),
    '--clean',
    at('clean'),
    '--runtime',
    'onnx',
    '--json',
  ]
  const said = await hourglass(...pairs)
  expect(failures(said)).toMatchObject({ code: 0 })
  const all = records(said) as {
    type: string
    name: string
    noisy: { psnr: number }
    result: { psnr: number }
  }[]
  expect(all.map(({ type, name }) => [type, name])).toEqual([
    ['pair', 'a_real.png'],
    ['pair', 'b.png'],
    ['done', undefined],
  ])
  for (const { noisy, result } of all) expect(result.psnr).toBeGreaterThan(noisy.psnr + 5)

  const noise = [
    'evaluate',
    'builtin:color',
    at('clean', 'b.png'),
    '--noise',
    'gaussian:50',
    '--runtime',
    'onnx',
    '--json',
  ]
  const [whole, clipped] = [await hourglass(...noise), await hourglass(...noise, '--clip')]
  const psnrOf = (one: typeof whole) => records(one).at(-1) as unknown as { psnr: number; noisyPsnr: number }
  expect(psnrOf(clipped).noisyPsnr).toBeCloseTo(psnrOf(whole).noisyPsnr, 1)
  expect(psnrOf(clipped).psnr).not.toBe(psnrOf(whole).psnr)
  const unused = await hourglass('evaluate', 'builtin:color', at('clean'), '--clip')
  expect(unused.code).toBe(2)
})
