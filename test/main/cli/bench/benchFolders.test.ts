import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type BenchFolder, benchFolders, madeFolder } from '../../../../src/main/cli/bench/benchFolders'
import { drawSprite, spriteSide } from '../../../../src/main/cli/bench/drawSprite'
import { readNpmDigits } from '../../../../src/main/cli/bench/npmDigits'
import { temporaryFolder } from '../../../support/testFolder'

const folders = benchFolders({ sprites: 30 })
const named = (name: string) => folders.find((folder) => folder.name === name)!

/** Each file's path in the folder and its bytes. */
async function contents(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  return Promise.all(
    paths.map(
      async (path) => [path.slice(folder.length), (await readFile(path)).toString('base64')] as const,
    ),
  ) as Promise<[string, string][]>
}

async function make(folder: BenchFolder, cache: string): Promise<[string, string][]> {
  const made = await madeFolder(folder, cache)
  return contents('path' in made ? made.path : expect.unreachable(made.missing))
}

describe('the folders of bench first-minute', () => {
  it('have names of their own', () => {
    expect(new Set(folders.map(({ name }) => name)).size).toBe(folders.length)
  })

  it.each(['photographs', 'photographs-12', 'sprites', 'equal', 'one', 'two', 'black'])(
    'hold as many images as they say, the same ones each time: %s',
    async (name) => {
      const first = await make(named(name), await temporaryFolder())
      expect(first).toHaveLength(named(name).images)
      expect(await make(named(name), await temporaryFolder())).toEqual(first)
    },
  )

  it('hold different images, but for those that are to be alike', async () => {
    const different = async (name: string) =>
      new Set((await make(named(name), await temporaryFolder())).map(([, bytes]) => bytes)).size
    expect(await different('photographs')).toBe(270)
    expect(await different('photographs-12')).toBe(12)
    expect(await different('two')).toBe(2)
    expect(await different('equal')).toBe(1)
    expect(await different('black')).toBe(1)
  })

  it('are kept in the cache, and are not made again', async () => {
    const cache = await temporaryFolder()
    let calls = 0
    const counted: BenchFolder = { ...named('one'), make: async () => (calls++, null) }
    await madeFolder(counted, cache)
    await madeFolder(counted, cache)
    expect(calls).toBe(1)
  })

  it('leave nothing in the cache when they cannot be made', async () => {
    const cache = await temporaryFolder()
    const missing: BenchFolder = { ...named('one'), make: async () => 'The package is missing.' }
    expect(await madeFolder(missing, cache)).toEqual({ missing: 'The package is missing.' })
    expect(await readdir(cache)).toEqual([])
  })
})

describe('sprites', () => {
  it('have transparent corners, figures of full opacity, and two equal halves', async () => {
    const sprite = drawSprite(1, 2)
    const alpha = (x: number, y: number) => sprite[(y * spriteSide + x) * 4 + 3]
    expect(alpha(0, 0)).toBe(0)
    expect(alpha(spriteSide / 2, spriteSide / 2)).toBe(255)
    const raw = { width: spriteSide, height: spriteSide, channels: 4 as const }
    const mirrored = await sharp(sprite, { raw }).flop().raw().toBuffer()
    expect([...mirrored]).toEqual([...sprite])
  })
})

it('takes as many of each digit as there are', async () => {
  const digits = (await readNpmDigits(2000))!
  expect(digits).toHaveLength(2000)
  expect(digits.filter(({ label }) => label === '7')).toHaveLength(200)
  expect(await readNpmDigits(8000)).toHaveLength(8000)
})
