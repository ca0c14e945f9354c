import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  floatsOf,
  hotValues,
  inSixteenBits,
  withChanges,
} from '../../../../src/main/features/pictures/floats'
import { sceneOf } from '../../../../src/main/features/datasets/sceneOf'
import { findPairs } from '../../../../src/main/features/denoising/picturePairs'
import { noisyPicture } from '../../../support/noisyPicture'
import { temporaryFolder } from '../../../support/testFolder'

it('pairs are of the same name, or of names that differ in a word that tells which is which', async () => {
  expect(['x_real.png', 'x_mean.JPG', 'X.png', 'noisy-x.png'].map((path) => sceneOf(path))).toEqual([
    ...['x', 'x', 'x', '-x'],
  ])
  expect(sceneOf('realm.png')).toBe('realm')
  expect(sceneOf('a/NOISY_SRGB_010.PNG')).toBe(sceneOf('a/GT_SRGB_010.PNG'))
  expect(sceneOf('a/noisy.png')).not.toBe(sceneOf('b/clean.png'))
  const folder = await temporaryFolder()
  const [noisy, clean] = [join(folder, 'noisy'), join(folder, 'clean')]
  await mkdir(noisy)
  await mkdir(clean)
  const write = (path: string) => noisyPicture({ width: 16, height: 16 }).png().toFile(path)
  for (const name of ['1.png', '2_real.png', 'alone.png']) await write(join(noisy, name))
  for (const name of ['1.png', '2_mean.png']) await write(join(clean, name))
  const { pairs, skipped } = await findPairs([noisy], clean)
  expect(pairs.map((pair) => [pair.noisy, pair.clean])).toEqual([
    [join(noisy, '1.png'), join(clean, '1.png')],
    [join(noisy, '2_real.png'), join(clean, '2_mean.png')],
  ])
  expect(skipped.map(({ path }) => path)).toEqual(['alone.png'])
  // In one folder too.
  await write(join(clean, '2_real.png'))
  const beside = await findPairs([join(clean, '2_real.png')], clean)
  expect(beside.pairs.map((pair) => pair.clean)).toEqual([join(clean, '2_mean.png')])
  await expect(findPairs([join(noisy, 'alone.png')], clean)).rejects.toThrow(/same name/)
})

it('a float out of all proportion that stands alone does not stretch the others, and is replaced', () => {
  const shape = { width: 20, channels: 1 }
  const values = Float32Array.from({ length: 400 }, (_, i) => (i % 20) / 20)
  values[130] = 1e6
  const floats = { ...floatsOf(values), hot: hotValues(values, shape) }
  expect([...floats.hot]).toEqual([130])
  expect(floats).toMatchObject({ low: 0, high: 1, scale: { black: 0, white: 1 } })
  const pixels = inSixteenBits(floats)
  expect(pixels[130]).toBe(Math.round((pixels[129]! + pixels[131]!) / 2))
  const written = withChanges(floats, pixels)
  expect(written[130]).toBeCloseTo(0.5, 2)
  expect(written.filter((_, i) => i !== 130)).toEqual(values.filter((_, i) => i !== 130))
  // The sun is larger than a pixel.
  values[131] = 1e6
  expect(hotValues(values, shape).size).toBe(0)
})
