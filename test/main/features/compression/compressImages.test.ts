import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  compressImages,
  type CompressRequest,
} from '../../../../src/main/features/compression/compressImages'
import { decompressFile } from '../../../../src/main/features/compression/decompressFile'
import { inspectFile } from '../../../../src/main/features/compression/inspectFile'
import { writeCompressionReport } from '../../../../src/main/features/compression/report/writeCompressionReport'
import { batchStream } from '../../../../src/main/features/models/batchStream'
import type { DecompressedBatch } from '../../../../src/main/features/compression/tasks/compressionTasks'
import { testComputeClient } from '../../../support/commandLine'
import { randomNumbers } from '../../../support/randomNumbers'
import { hasTensorflow } from '../../../support/requirements'
import { folderOfFile } from '../../../support/testFolder'
import { rectangle, rectanglesDataset, trainRun } from '../../../support/trainedRun'

const client = testComputeClient()
let folder: string
let run: string
let dataset: string
let photos: string
let outs = 0
const fresh = (name: string) => join(folder, `${++outs}-${name}`)

beforeAll(async () => {
  folder = await folderOfFile()
  dataset = await rectanglesDataset(join(folder, 'dataset'), 80)
  run = await trainRun(client, join(folder, 'run'), dataset)
  photos = join(folder, 'photos')
  const random = randomNumbers(31)
  for (const path of ['a/1.png', 'a/2.png', 'b/1.png', 'b/x y.png']) {
    await mkdir(join(photos, path, '..'), { recursive: true })
    await sharp(rectangle(random), { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toFile(join(photos, path))
    await utimes(join(photos, path), 1_000_000, 1_500_000_000 + outs)
  }
})
afterAll(() => client.dispose())

const compress = (more: Partial<CompressRequest> = {}) =>
  compressImages(
    {
      ...{ model: run, images: [dataset], out: fresh('images.hgz'), overwrite: false, runtime: 'onnx' },
      ...{ goal: { kind: 'auto' }, maxError: null, modelOutside: false, compares: false },
      ...more,
    },
    { client },
  )
const decompress = (file: string, more: Partial<Parameters<typeof decompressFile>[0]> = {}) =>
  decompressFile({ file, out: fresh('out'), overwrite: false, model: null, only: [], ...more }, { client })

async function unpacked(file: string, more = {}): Promise<DecompressedBatch[]> {
  const batches: DecompressedBatch[] = []
  for await (const batch of batchStream(client, 'decompress', { file, model: null, ...more }))
    batches.push(batch)
  return batches
}

describe('compressing', () => {
  it('keeps images as near as it says, with names, labels and dates', async () => {
    const { out, psnr, count, bytes, parts } = await compress({ images: [photos] })
    expect(count).toBe(4)
    expect((await stat(out)).size).toBe(bytes)
    expect(parts.model).toBeGreaterThan(parts.codes)
    const { out: drawn } = await decompress(out)
    expect((await readdir(drawn, { recursive: true })).sort()).toEqual(
      ['a', 'b', 'a/1.png', 'a/2.png', 'b/1.png', 'b/x y.png'].sort(),
    )
    let sum = 0
    for (const path of ['a/1.png', 'a/2.png', 'b/1.png', 'b/x y.png']) {
      const [before, after] = await Promise.all(
        [photos, drawn].map((at) => sharp(join(at, path)).toColourspace('b-w').raw().toBuffer()),
      )
      const error = before!.reduce((all, value, i) => all + ((value - after![i]!) / 255) ** 2, 0) / 64
      sum -= 10 * Math.log10(error)
      expect((await stat(join(drawn, path))).mtimeMs).toBeCloseTo(
        (await stat(join(photos, path))).mtimeMs,
        -1,
      )
    }
    expect(sum / 4).toBeCloseTo(psnr, 1)
  })

  it('takes more bytes for images that are nearer, down to what a decoder cannot draw', async () => {
    const found = []
    for (const psnr of [13, 28]) found.push(await compress({ goal: { kind: 'psnr', psnr } }))
    found.forEach(({ psnr, isReached }, i) => {
      expect(isReached).toBe(true)
      expect(Math.abs(psnr - [13, 28][i]!)).toBeLessThan(0.1)
    })
    expect(found[0]!.parts.codes).toBeLessThan(found[1]!.parts.codes)
    expect(found[1]!.details).toBeGreaterThan(0)
  })

  it.each([0, 3])('keeps pixels within %i', async (maxError) => {
    const { out, psnr } = await compress({ images: [photos], maxError })
    const { out: drawn } = await decompress(out)
    for (const path of ['a/1.png', 'b/x y.png']) {
      const [before, after] = await Promise.all(
        [photos, drawn].map((at) => sharp(join(at, path)).toColourspace('b-w').raw().toBuffer()),
      )
      for (let i = 0; i < 64; i++) expect(Math.abs(before![i]! - after![i]!)).toBeLessThanOrEqual(maxError)
    }
    if (maxError === 0) expect(psnr).toBe(100)
  })

  it('takes bits for the widest number', async () => {
    const coarse = await compress({ goal: { kind: 'bits', bits: 4 } })
    const fine = await compress({ goal: { kind: 'bits', bits: 9 } })
    expect(coarse.step / fine.step).toBeCloseTo(32, 5)
    expect(fine.parts.codes).toBeGreaterThan(coarse.parts.codes)
  })

  it('writes the same codes again', async () => {
    const [first, second] = [await compress(), await compress()]
    const [a, b] = await Promise.all([first, second].map(({ out }) => unpacked(out)))
    expect(a).toEqual(b)
  })

  it.skipIf(!hasTensorflow())('is drawn alike by both runtimes', async () => {
    const { out } = await compress({ maxError: 2, images: [photos] })
    const [a, b] = [await unpacked(out, { runtime: 'onnx' }), await unpacked(out, { runtime: 'tensorflow' })]
    expect(a).toEqual(b)
  })

  it('compares the file with other codecs', async () => {
    const summary = await compress({ compares: true })
    const { comparison } = summary
    expect(comparison!.rivals.jpeg!.bytes).toBeGreaterThan(comparison!.hourglass.bytes)
    expect(comparison!.rivals.pca!.psnr).toBeGreaterThan(summary.psnr - 0.05)
    const report = fresh('report')
    await mkdir(report)
    const [page, csv] = await writeCompressionReport(report, summary)
    expect(await readFile(page!, 'utf8')).toContain('Bytes an image at')
    expect((await readFile(csv!, 'utf8')).split('\n')[0]).toBe(
      'method,curve,setting,bytes_per_image,psnr_db,ssim',
    )
  })
})

describe('a file without its model', () => {
  it('needs that model and no other one', async () => {
    const { out, parts } = await compress({ modelOutside: true, images: [photos] })
    expect(parts.model).toBe(0)
    await expect(decompress(out)).rejects.toThrow('does not hold its model. Name it with --model')
    const other = join(folder, 'other')
    await cp(run, other, { recursive: true })
    expect((await decompress(out, { model: other })).count).toBe(4)
    const strange = await trainRun(client, join(folder, 'strange'), await rectanglesDataset(fresh('few'), 20))
    await expect(decompress(out, { model: strange })).rejects.toThrow('This is not the model that')
  })
})

describe('reading', () => {
  it('finds single images by their names', async () => {
    const { out } = await compress({ images: [photos] })
    const { out: drawn, count } = await decompress(out, { only: ['b/x y.png'] })
    expect(count).toBe(1)
    expect(existsSync(join(drawn, 'b', 'x y.png'))).toBe(true)
    await expect(decompress(out, { only: ['c.png'] })).rejects.toThrow('holds no image c.png')
  })

  it('tells what a file holds', async () => {
    const { out, parts, psnr } = await compress()
    const paths: string[] = []
    const { header, index } = await inspectFile(out, (path) => paths.push(path))
    expect(header).toMatchObject({
      count: 80,
      source: 'rectangles',
      labels: ['even', 'odd'],
      maxError: null,
    })
    expect(index.bytes).toEqual(parts)
    expect(index.psnr).toBe(psnr)
    expect(paths[7]).toBe('odd/7.png')
  })

  it('leaves nothing and overwrites nothing where it fails', async () => {
    const { out } = await compress({ images: [photos] })
    await expect(compress({ out })).rejects.toThrow('is there already')
    await expect(compress({ out: fresh('images.zip') })).rejects.toThrow('has to end in .hgz')
    const { out: drawn } = await decompress(out)
    await expect(decompress(out, { out: drawn })).rejects.toThrow('is there already')
    expect(existsSync(join(drawn, '.hourglass-partial'))).toBe(false)
    await decompress(out, { out: drawn, overwrite: true })
    const missing = fresh('missing')
    await rm(missing, { force: true })
    await expect(decompress(missing)).rejects.toThrow()
    await writeFile(missing, 'something else')
    await expect(inspectFile(missing)).rejects.toThrow('is not a file that "hourglass compress" has written')
  })
})
