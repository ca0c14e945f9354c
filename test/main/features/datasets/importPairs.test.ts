import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { importPairs } from '../../../../src/main/features/datasets/importPairs'
import { findPairedImages } from '../../../../src/main/features/datasets/pairedFolders'
import { openDataset } from '../../../../src/main/store/datasetStore'
import { openDamaged } from '../../../../src/main/store/pairedDataset'
import { preprocess } from '../../../support/importing'
import { folderOfFile } from '../../../support/testFolder'

let folder: string
const inputs = () => join(folder, 'damaged')
const targets = () => join(folder, 'clean')

const picture = (grey: number) =>
  sharp(new Uint8Array(256).fill(grey), { raw: { width: 16, height: 16, channels: 1 } })
    .png()
    .toBuffer()

beforeEach(async () => {
  folder = join(await folderOfFile(), `pairs-${Math.random()}`)
  for (const place of [inputs(), targets()]) await mkdir(join(place, 'in'), { recursive: true })
  for (const [i, name] of ['a.png', 'b.png', join('in', 'c.png')].entries()) {
    await writeFile(join(targets(), name), await picture(100 + i))
    await writeFile(join(inputs(), name), await picture(50 + i))
  }
})

const preprocessing = preprocess({ width: 16, height: 16 })

async function pixelsOf(out: string): Promise<number[][]> {
  const clean = await openDataset(out)
  const damaged = await openDamaged(clean)
  const rows = async (dataset: typeof clean) => {
    const pixels = new Uint8Array(dataset.info.count * dataset.rowBytes)
    await dataset.readRows(0, dataset.info.count, pixels)
    return Array.from({ length: dataset.info.count }, (_, i) => pixels[i * dataset.rowBytes]!)
  }
  const read = [await rows(clean), await rows(damaged)]
  await clean.close()
  await damaged.close()
  return read
}

describe('two folders of pictures', () => {
  it('become one dataset whose rows belong together', async () => {
    const found = await findPairedImages(inputs(), targets())
    const out = join(folder, 'out')
    expect(await importPairs({ found, out, preprocessing })).toEqual([])
    expect(await pixelsOf(out)).toEqual([
      [100, 101, 102],
      [50, 51, 52],
    ])
  })

  it('lose a picture that turns out to be broken, with its partner', async () => {
    const whole = await picture(60)
    await writeFile(join(inputs(), 'b.png'), whole.subarray(0, whole.length - 30))
    const found = await findPairedImages(inputs(), targets())
    expect(found.pairs).toHaveLength(3)
    const out = join(folder, 'out')
    const skipped = await importPairs({ found, out, preprocessing })
    expect(skipped.map(({ path }) => path)).toEqual(['b.png'])
    expect(await pixelsOf(out)).toEqual([
      [100, 102],
      [50, 52],
    ])
  })

  it('are told apart from a dataset that has no damaged pictures', async () => {
    const found = await findPairedImages(inputs(), targets())
    const out = join(folder, 'out')
    await importPairs({ found, out, preprocessing })
    const alone = await openDataset(join(out, 'damaged'))
    await expect(openDamaged(alone)).rejects.toThrow('has no damaged pictures beside its clean ones')
    await alone.close()
  })

  it('have to be two', async () => {
    await expect(findPairedImages(inputs(), inputs())).rejects.toThrow('Put them into two folders')
  })
})
