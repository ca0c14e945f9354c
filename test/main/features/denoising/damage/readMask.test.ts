import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { readMask } from '../../../../../src/main/features/denoising/damage/readMask'
import type { Picture } from '../../../../../src/main/features/pictures/readPicture'
import { temporaryFolder } from '../../../../support/testFolder'

const [width, height] = [8, 6]
const holes = Uint8Array.from({ length: width * height }, (_, i) => (i % 5 === 0 ? 255 : 0))
const picture = { width, height } as Picture

/** @param pixel of a hole or of the rest */
async function maskOf(channels: 1 | 2 | 3 | 4, pixel: (hole: number) => number[]) {
  const path = join(await temporaryFolder(), 'mask.png')
  const data = Uint8Array.from(Array.from(holes).flatMap(pixel))
  await sharp(data, { raw: { width, height, channels } }).png().toFile(path)
  return readMask(path, picture)
}

it.each([
  ['white on black', 1, (hole: number) => [hole]],
  ['one on zero', 1, (hole: number) => [hole / 255]],
  ['opaque, in colour', 4, (hole: number) => [hole, hole, hole, 255]],
  ['white strokes on an empty layer', 4, (hole: number) => [255, 255, 255, hole]],
  ['black strokes on an empty layer', 4, (hole: number) => [0, 0, 0, hole]],
  ['red strokes on an empty layer', 4, (hole: number) => [255, 0, 0, hole]],
  ['grey strokes on an empty layer', 2, (hole: number) => [90, hole]],
] as const)('reads a mask that is %s', async (_, channels, pixel) => {
  expect([...(await maskOf(channels, pixel))]).toEqual([...holes])
})
