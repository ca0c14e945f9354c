import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { makeSample } from '../../../../src/main/features/datasets/makeSample'
import { photographFiles } from '../../../../src/main/features/datasets/samplePhotographs'
import { sampleDefaults, type SampleKind, sampleKinds } from '../../../../src/shared/sampleKinds'
import { root } from '../../../support/requirements'
import { temporaryFolder } from '../../../support/testFolder'

async function filesOf(kind: SampleKind, count: number, seed: number): Promise<Map<string, Buffer>> {
  const out = join(await temporaryFolder(), kind)
  await makeSample({ out, kind, count, seed })
  const names = (await readdir(out, { recursive: true })).filter((name) => /\.(png|jpg)$/.test(name)).sort()
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, name))] as const)),
  )
}

describe.each(sampleKinds)('a sample of %s', (kind) => {
  it('has the same bytes from the same seed, whatever their number, and others from another', async () => {
    const first = await filesOf(kind, 100, 1)
    const fewer = await filesOf(kind, 70, 1)
    const other = await filesOf(kind, 100, 2)
    expect(first.size).toBe(100)
    expect(fewer.size).toBe(70)
    expect([...fewer].every(([name, bytes]) => first.get(name)!.equals(bytes))).toBe(true)
    const same = [...first].filter(([name, bytes]) => other.get(name)!.equals(bytes))
    // The photographs themselves come before what is cut out of them.
    expect(same).toHaveLength(kind === 'photographs' ? 40 : 0)
  })

  it('shows something in each image, and several labels', async () => {
    const files = await filesOf(kind, 48, 3)
    const { channels } = await sharp([...files.values()][0]!).metadata()
    expect(channels).toBe(sampleDefaults[kind].preprocessing.color === 'grey' ? 1 : 3)
    expect(new Set([...files.keys()].map((name) => name.split(/[\\/]/)[0])).size).toBeGreaterThan(2)
    for (const bytes of files.values()) {
      const { channels: colors } = await sharp(bytes).stats()
      expect(Math.max(...colors.map(({ stdev }) => stdev))).toBeGreaterThan(4)
    }
  })
})

it('replaces a sample of another kind, and leaves nothing of it', async () => {
  const out = join(await temporaryFolder(), 'sample')
  await makeSample({ out, kind: 'faces', count: 9, seed: 1 })
  await makeSample({ out, kind: 'textures', count: 8, seed: 1 })
  const names = await readdir(out, { recursive: true })
  expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(8)
  expect(names).not.toContain('smiling')
})

it('names author and licence of every photograph', async () => {
  const page = await readFile(join(root, 'resources/sample/PHOTOGRAPHS.md'), 'utf8')
  for (const file of await photographFiles()) expect(page).toContain(basename(file))
  const rows = page.split('\n').filter((line) => line.includes('.jpg'))
  for (const row of rows) expect(row).toMatch(/CC0 1\.0|CC BY 4\.0|CC BY-SA [34]\.0/)
})
