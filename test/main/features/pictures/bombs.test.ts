import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { findImages } from '../../../../src/main/features/datasets/findImages'
import { readIdxLabels } from '../../../../src/main/features/datasets/idxFile'
import { readTiffTraits } from '../../../../src/main/features/pictures/tiffTraits'
import { readTiffValues } from '../../../../src/main/features/pictures/tiff/tiffValues'
import { folderOfFile } from '../../../support/testFolder'

const header = (type: number, ...dimensions: number[]) => {
  const bytes = Buffer.alloc(4 + 4 * dimensions.length)
  bytes.set([0, 0, type, dimensions.length])
  dimensions.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i))
  return bytes
}

it('labels that unpack to gigabytes are read as far as there are images', async () => {
  const folder = await folderOfFile()
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'train-images-idx3-ubyte'),
    Buffer.concat([header(8, 3, 2, 2), Buffer.alloc(12, 7)]),
  )
  const labels = Buffer.concat([header(8, 200_000_000), Buffer.from([5, 6, 7]), Buffer.alloc(200_000_000)])
  await writeFile(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(labels, { level: 1 }))
  const { images } = await findImages([folder], { labels: 'folder' })
  const idx = images.flatMap((image) => (image.kind === 'idx' ? image.idx : []))[0]!
  const before = process.memoryUsage().arrayBuffers
  expect([...(await readIdxLabels(idx))!]).toEqual([5, 6, 7])
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
})

/** A TIFF of signed 16-bit grey in one strip, deflated. */
function signedTiff(width: number, height: number, strip: Buffer): Buffer {
  const tags: [number, number, number][] = [
    ...([
      [256, 3, width],
      [257, 3, height],
      [258, 3, 16],
      [259, 3, 8],
      [262, 3, 1],
    ] as [number, number, number][]),
    ...([
      [273, 4, 0],
      [277, 3, 1],
      [278, 4, 0xffffffff],
      [279, 4, strip.length],
      [339, 3, 2],
    ] as [number, number, number][]),
  ]
  const directory = Buffer.alloc(8 + 2 + 12 * tags.length + 4)
  directory.write('II*\0', 'latin1')
  directory.writeUInt32LE(8, 4)
  directory.writeUInt16LE(tags.length, 8)
  tags.forEach(([tag, type, value], i) => {
    const at = 10 + 12 * i
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(type, at + 2)
    directory.writeUInt32LE(1, at + 4)
    directory.writeUInt32LE(tag === 273 ? directory.length : value, at + 8)
  })
  return Buffer.concat([directory, strip])
}

async function valuesOf(tiff: Buffer): Promise<number[]> {
  const [traits] = await readTiffTraits(tiff, 1)
  return [...(await readTiffValues(tiff, traits!, 1)).values]
}

it('a TIFF is unpacked as far as its size says, and no further', async () => {
  const values = Int16Array.from({ length: 48 }, (_, i) => i - 24)
  expect(await valuesOf(signedTiff(8, 6, deflateSync(Buffer.from(values.buffer))))).toEqual([...values])
  const bomb = deflateSync(Buffer.alloc(300_000_000), { level: 1 })
  await expect(valuesOf(signedTiff(8, 6, bomb))).rejects.toThrow(/larger than/)
})
