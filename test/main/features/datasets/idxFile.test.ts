import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, expect, it } from 'vitest'
import { idx } from '../../../support/imageBytes'
import { importAndRead } from '../../../support/importing'
import { temporaryFolder } from '../../../support/testFolder'

let folder: string
let out: string
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'mnist')
  out = join(await temporaryFolder(), 'dataset')
  await mkdir(folder)
})

const values = Uint8Array.from({ length: 10 * 4 * 3 }, (_, i) => i)
const labels = Uint8Array.from({ length: 10 }, (_, i) => (i * 7) % 10)
const size = { width: 3, height: 4 }

it.each([
  ['', (bytes: Buffer) => bytes],
  ['.gz', (bytes: Buffer) => gzipSync(bytes)],
])('reads MNIST’s files with their labels%s', async (extension, pack) => {
  await writeFile(join(folder, `train-images-idx3-ubyte${extension}`), pack(idx([10, 4, 3], values)))
  await writeFile(join(folder, `train-labels-idx1-ubyte${extension}`), pack(idx([10], labels)))
  for (const source of [folder, join(folder, `train-images-idx3-ubyte${extension}`)]) {
    const { info, items, pixels } = await importAndRead({ sources: [source], out }, size)
    expect(info).toMatchObject({ count: 10, skipped: [], labels: [...'0123456789'] })
    expect([...pixels]).toEqual([...values])
    expect(items[1]).toMatchObject({
      path: `train-images-idx3-ubyte${extension}#1`,
      label: '7',
      width: 3,
      height: 4,
    })
  }
})

it('scales, limits and does without labels', async () => {
  await writeFile(join(folder, 'images-idx3-ubyte'), idx([10, 4, 3], values))
  const { info, items } = await importAndRead({ sources: [folder], out }, { width: 6, height: 8, limit: 5 })
  expect(info).toMatchObject({ count: 5, width: 6, height: 8, labels: [] })
  expect(items.map((item) => item.path.split('#')[1])).toEqual(['0', '2', '4', '6', '8'])
})

it('reads colour with the channels last and first', async () => {
  const rgb = Uint8Array.from({ length: 2 * 2 * 5 * 3 }, (_, i) => i)
  await writeFile(join(folder, 'last'), idx([2, 2, 5, 3], rgb))
  const last = await importAndRead({ sources: [folder], out }, { width: 5, height: 2, color: 'rgb' })
  expect([...last.pixels]).toEqual([...rgb])
  const first = Uint8Array.from({ length: 3 * 10 }, (_, i) => i)
  await writeFile(join(folder, 'last'), idx([1, 3, 2, 5], first))
  const turned = await importAndRead({ sources: [folder], out }, { width: 5, height: 2, color: 'rgb' })
  expect([...turned.pixels.subarray(0, 6)]).toEqual([0, 10, 20, 1, 11, 21])
})

it('keeps the whole images of a file that is cut off, and says so', async () => {
  const cut = idx([10, 4, 3], values).subarray(0, 16 + 12 * 7 + 5)
  await writeFile(join(folder, 'train-images-idx3-ubyte'), cut)
  await writeFile(join(folder, 'floats'), Buffer.concat([Buffer.of(0, 0, 0x0d, 3), Buffer.alloc(12, 1)]))
  const { info } = await importAndRead({ sources: [folder], out }, size)
  expect(info.count).toBe(7)
  expect(info.skipped).toEqual([
    { path: 'floats', reason: expect.stringContaining('not bytes') },
    { path: 'train-images-idx3-ubyte', reason: expect.stringContaining('7 of its 10 images') },
  ])
})

it('streams a packed file that is cut off', async () => {
  const many = Uint8Array.from({ length: 500 * 12 }, (_, i) => (i * i) % 256)
  const packed = gzipSync(idx([500, 4, 3], many))
  await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), packed.subarray(0, packed.length - 40))
  const { info, pixels } = await importAndRead({ sources: [folder], out }, size)
  expect(info.count).toBeLessThan(500)
  expect(info.skipped).toHaveLength(1)
  expect([...pixels]).toEqual([...many.subarray(0, pixels.length)])
})
