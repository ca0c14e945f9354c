import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { preprocessingSchema } from '../../../../src/shared/dataset'
import { parseRange } from '../../../../src/shared/pictureRange'
import { importDataset } from '../../../../src/main/features/datasets/importDataset'
import { openDataset } from '../../../../src/main/store/datasetStore'
import { FolderScales } from '../../../../src/main/features/denoising/folderScales'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { greyPng, greyTiff } from '../../../support/imageBytes'
import { temporaryFolder } from '../../../support/testFolder'

const side = 64
const ramp = (least: number, most: number) =>
  Uint16Array.from(
    { length: side * side },
    (_, i) => least + Math.round(((most - least) * (i % side)) / side),
  )
const tiff = (values: Uint16Array) => greyTiff(side, side, 16, 1, values)

async function folderOf(files: Record<string, Uint8Array>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), bytes)
  }
  return folder
}

async function imported(sources: string[], out: string, range = 'auto') {
  const preprocessing = preprocessingSchema.parse({ width: side, height: side, range: parseRange(range)! })
  const { info } = await importDataset({ sources, out, preprocessing })
  const dataset = await openDataset(out)
  const row = new Uint8Array(side * side)
  const most: number[] = []
  for (let i = 0; i < info.count; i++) {
    await dataset.readRows(i, 1, row)
    most.push(Math.max(...row))
  }
  await dataset.close()
  return { info, most }
}

it('images of one source with 16 bits share black and white', async () => {
  const folder = await folderOf({ 'a/1.tif': tiff(ramp(0, 4095)), 'b/2.tif': tiff(ramp(0, 1000)) })
  const out = join(await temporaryFolder(), 'out')
  const { info, most } = await imported([folder], out)
  expect(info.scales).toEqual([
    { source: 0, bits: 16, kind: 'unsigned', group: '', black: 0, white: 4095, basis: 'bits' },
  ])
  expect(most[0]).toBeGreaterThan(240)
  expect(most[1]! / most[0]!).toBeCloseTo(1000 / 4095, 1)
  // What comes later is brought to the same, or it would not go with what is there.
  await writeFile(join(folder, 'c.tif'), tiff(ramp(0, 60_000)))
  const again = await imported([folder], out)
  expect(again.info.scales).toEqual(info.scales)
  expect(again.most).toEqual(expect.arrayContaining(most))
})

it('black and white can be set', async () => {
  const folder = await folderOf({ '1.tif': tiff(ramp(0, 1000)) })
  const out = async () => join(await temporaryFolder(), 'out')
  expect((await imported([folder], await out(), 'full')).most[0]).toBe(4)
  expect((await imported([folder], await out(), '0:2000')).most[0]).toBe(125)
  expect(['1', '5:4', 'a:b', ''].map(parseRange)).toEqual([null, null, null, null])
})

it('16 bits of a PNG have more than a few levels', async () => {
  const values = ramp(0, 700)
  const rows = Buffer.from(values.buffer).swap16()
  const folder = await folderOf({ '1.png': greyPng(side, side, 16, rows) })
  const { most } = await imported([folder], join(await temporaryFolder(), 'out'))
  expect(most[0]).toBeGreaterThan(150)
})

it('frames of a folder share black and white, and one that is far darker has its own', async () => {
  const folder = await folderOf({
    '1.tif': tiff(ramp(0, 4095)),
    '2.tif': tiff(ramp(0, 2000)),
    '3.tif': tiff(ramp(100, 300)),
  })
  const paths = ['1.tif', '2.tif', '3.tif'].map((name) => join(folder, name))
  const scales = new FolderScales(() => paths)
  const [first, second, third] = await Promise.all(
    paths.map(async (path) => scales.of(await prepareImage(path))),
  )
  expect(first).toMatchObject({ black: 0, white: 4095 })
  expect(second).toEqual(first)
  expect(third).toBeUndefined()
})
