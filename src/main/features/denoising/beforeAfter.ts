import { join } from 'node:path'
import type { PixelBlock } from '../../../shared/api/library'
import { sharp } from '../../base/sharp'
import { replaceFile } from '../../store/atomicWrite'
import { stampOf } from './savedResults'

/** Two parts of the same size side by side in a PNG whose name begins with `stem`. @returns its path */
export async function writeBeforeAfter(
  before: PixelBlock,
  after: PixelBlock,
  folder: string,
  stem: string,
): Promise<string> {
  const { width, height } = before
  const gap = Math.max(2, Math.round(width / 100))
  const raw = ({ channels }: PixelBlock) => ({ raw: { width, height, channels } })
  const path = await freePath(folder, `${stem}-before-after`, '.png')
  await replaceFile(path, async (partial) => {
    await sharp({ create: { width: 2 * width + gap, height, channels: 3, background: 'white' } })
      .composite([
        { input: await sharp(before.data, raw(before)).png().toBuffer(), left: 0, top: 0 },
        { input: await sharp(after.data, raw(after)).png().toBuffer(), left: width + gap, top: 0 },
      ])
      .png()
      .toFile(partial)
  })
  return path
}

async function freePath(folder: string, stem: string, ending: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? stem + ending : `${stem}-${number}${ending}`)
    if ((await stampOf(path)) === null) return path
  }
}
