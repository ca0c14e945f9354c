import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defaultControls } from '../../../../src/shared/api/denoising'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { BatchProgress } from '../../../../src/main/features/denoising/batchProgress'
import type { QueueEntry } from '../../../../src/main/features/denoising/queueEntry'
import { type Picture, readPicture } from '../../../../src/main/features/pictures/readPicture'
import { Room, SideBySide } from '../../../../src/main/features/denoising/sideBySide'
import { noisyPicture } from '../../../support/noisyPicture'
import { temporaryFolder } from '../../../support/testFolder'

const output = { pattern: '{name}', replaceOriginals: false, folder: null } as const
const entry = (format: 'same' | 'avif'): QueueEntry => ({
  ...{
    id: 'a',
    path: '/a.jpg',
    stamp: { bytes: 1, modifiedMs: 1 },
    megapixels: 12,
    controls: defaultControls,
    mask: null,
  },
  ...{ output: { ...output, format, quality: { jpeg: 95, webp: 95, avif: 88 } }, folder: null, again: false },
})

/** Whether two of them are let in at once. */
async function goTogether(picture: Picture, format: 'same' | 'avif' = 'same'): Promise<boolean> {
  const sideBySide = new SideBySide(() => 2, new BatchProgress())
  const enter = () => sideBySide.enter(entry(format), picture, () => false)
  const turn = await enter()
  let isIn = false
  const second = enter().then(() => (isIn = true))
  await new Promise((resolve) => setImmediate(resolve))
  const wasIn = isIn
  turn.leave()
  await second
  return wasIn
}

it('lets in what needs all of its memory alone: progressive JPEGs of full colour, and what becomes AVIF', async () => {
  const folder = await temporaryFolder()
  const path = (name: string) => join(folder, `${name}.jpg`)
  const small = () => noisyPicture({ width: 40, height: 30 })
  await small().jpeg().toFile(path('baseline'))
  await small().jpeg({ progressive: true }).toFile(path('progressive'))
  await small().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toFile(path('full'))
  const read = async (name: string, channels: 1 | 3): Promise<Picture> => {
    const picture = await readPicture(await prepareImage(path(name)))
    return { ...picture, channels, pixels: new Uint8Array(12e6 * channels) }
  }
  expect(await goTogether(await read('baseline', 3))).toBe(true)
  expect(await goTogether(await read('progressive', 3))).toBe(true)
  expect(await goTogether(await read('progressive', 1))).toBe(true)
  expect(await goTogether(await read('full', 3))).toBe(false)
  expect(await goTogether(await read('baseline', 3), 'avif')).toBe(false)
  expect(await goTogether(await read('baseline', 1), 'avif')).toBe(false)
})

it('lets in what has room beside the others, and what is too large alone', async () => {
  const room = new Room(40)
  const inside: string[] = []
  const enter = async (name: string, size: number) => {
    const leave = await room.enter(size)
    inside.push(name)
    return () => {
      inside.splice(inside.indexOf(name), 1)
      leave()
    }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const [a, b] = await Promise.all([enter('a', 12), enter('b', 12)])
  const large = enter('large', 90)
  const c = await enter('c', 16)
  await settled()
  expect(inside).toEqual(['a', 'b', 'c'])
  a()
  c()
  await settled()
  expect(inside).toEqual(['b'])
  b()
  const leaveLarge = await large
  const last = enter('last', 1)
  await settled()
  expect(inside).toEqual(['large'])
  leaveLarge()
  await last
  expect(inside).toEqual(['last'])
})
