import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { importPairs } from '../../../../src/main/features/datasets/importPairs'
import { findPairedImages } from '../../../../src/main/features/datasets/pairedFolders'
import { openDataset, readDatasetInfo } from '../../../../src/main/store/datasetStore'
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

  it('belong together where strangers named them otherwise', async () => {
    const names = [
      ['B2.PNG', 'b2.png'],
      ['x10_noisy.png', 'x10_clean.png'],
      ['NOISY_SRGB_011.PNG', 'GT_SRGB_011.PNG'],
      ['u\u0308ber.png', '\u00fcber.png'],
    ] as const
    for (const [i, [input, target]] of names.entries()) {
      await writeFile(join(inputs(), input), await picture(10 + i))
      await writeFile(join(targets(), target), await picture(200 + i))
    }
    // Two that only look alike: nobody knows which of them is meant.
    for (const name of ['two.png', 'TWO.png']) await writeFile(join(inputs(), name), await picture(1))
    await writeFile(join(targets(), 'Two.png'), await picture(2))
    const found = await findPairedImages(inputs(), targets())
    const out = join(folder, 'out')
    await importPairs({ found, out, preprocessing })
    const [clean, damaged] = await pixelsOf(out)
    expect(new Set(clean!.map((grey, i) => `${damaged![i]} ${grey}`))).toEqual(
      new Set(['50 100', '51 101', '52 102', '10 200', '11 201', '12 202', '13 203']),
    )
    const { skipped } = await readDatasetInfo(out)
    expect(skipped.map(({ path }) => path).sort()).toEqual(['TWO.png', 'Two.png', 'two.png'])
  })

  it('may differ in depth, colour, format and the way they are turned', async () => {
    const deep = new Uint16Array(256).fill(80 * 257)
    await sharp(deep, { raw: { width: 16, height: 16, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(join(inputs(), 'd.png'))
    const red = { create: { width: 16, height: 16, channels: 3, background: '#503010' } } as const
    await sharp(red).webp({ lossless: true }).toFile(join(targets(), 'd.webp'))
    // Stored lying, shown upright: as its partner is stored.
    await sharp({ create: { width: 20, height: 16, channels: 3, background: 'white' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(join(inputs(), 'turned.jpg'))
    await sharp({ create: { width: 16, height: 20, channels: 3, background: 'white' } })
      .png()
      .toFile(join(targets(), 'turned.png'))
    const found = await findPairedImages(inputs(), targets())
    expect(found.skipped).toEqual([])
    expect(found.pairs).toHaveLength(5)
    const out = join(folder, 'out')
    const colour = preprocess({ width: 16, height: 16, color: 'rgb' })
    expect(await importPairs({ found, out, preprocessing: colour })).toEqual([])
    const [clean, damaged] = await pixelsOf(out)
    const at = found.pairs.findIndex(({ target }) => target === 'd.webp')
    expect([clean![at], damaged![at]]).toEqual([0x50, 80])
  })
})
