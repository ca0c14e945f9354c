import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { makeSample } from '../../../../src/main/features/datasets/makeSample'
import { temporaryFolder } from '../../../support/testFolder'

async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.png')).sort()
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  )
}

it('draws the same images from the same seed, in one folder a label', async () => {
  const folder = await temporaryFolder()
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string]
  await makeSample({ out: a, count: 100, seed: 1 })
  await makeSample({ out: b, count: 80, seed: 1 })
  await makeSample({ out: c, count: 100, seed: 2 })
  const first = await filesOf(a)
  expect(first.size).toBe(100)
  expect(
    (await readdir(a))
      .filter((name) => !name.startsWith('.'))
      .sort()
      .join(''),
  ).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
  const fewer = await filesOf(b)
  expect([...fewer]).toEqual([...first].filter(([name]) => fewer.has(name)))
  const other = await filesOf(c)
  expect([...first].filter(([name, bytes]) => other.get(name)!.equals(bytes))).toEqual([])
  for (const bytes of first.values()) {
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 28, height: 28, channels: 1, format: 'png' })
    const { data } = await sharp(bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
    // Light on dark, and neither empty nor a blot.
    const ink = data.reduce((sum, value) => sum + value, 0) / data.length
    expect(Math.max(...data)).toBeGreaterThan(100)
    expect(ink).toBeGreaterThan(4)
    expect(ink).toBeLessThan(128)
  }
})

it('replaces an earlier sample and nothing else', async () => {
  const out = join(await temporaryFolder(), 'sample')
  await makeSample({ out, count: 50, seed: 1 })
  await makeSample({ out, count: 3, seed: 1 })
  expect((await filesOf(out)).size).toBe(3)
  const full = await temporaryFolder()
  await writeFile(join(full, 'thesis.doc'), 'precious')
  await expect(makeSample({ out: full, count: 3, seed: 1 })).rejects.toMatchObject({ code: 'bad-input' })
  expect(await readdir(full)).toEqual(['thesis.doc'])
})

it('removes what it drew when it is stopped', async () => {
  const out = join(await temporaryFolder(), 'sample')
  await mkdir(out)
  const controller = new AbortController()
  const stopping = makeSample({
    out,
    count: 5000,
    seed: 1,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  })
  await expect(stopping).rejects.toMatchObject({ name: 'CancelledError' })
  await expect(readdir(out)).rejects.toThrow('ENOENT')
})
