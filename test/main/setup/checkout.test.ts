import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../support/requirements'

const checkout = createRequire(import.meta.url)(join(root, 'src/main/setup/checkout.cjs')) as {
  isInstalled(root: string): boolean
  newestSourceMs(root: string): number
}

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-checkout-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), JSON.stringify(content))
}

describe('isInstalled', () => {
  const wanted = {
    '': { name: 'hourglass' },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/for-another-system': { version: '1.0.0', optional: true },
  }

  beforeEach(() => write('package-lock.json', { packages: wanted }))

  it('says no before anything is installed', () => {
    expect(checkout.isInstalled(folder)).toBe(false)
  })

  it.each([
    ['all is there but what is optional', { 'node_modules/zod': { version: '4.6.7' } }, true],
    ['a version differs', { 'node_modules/zod': { version: '4.6.6' } }, false],
    ['a package is missing', {}, false],
    [
      'an optional package has another version',
      { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/for-another-system': { version: '2.0.0' } },
      false,
    ],
  ])('when %s', async (_, packages, installed) => {
    await write('node_modules/.package-lock.json', { packages })
    expect(checkout.isInstalled(folder)).toBe(installed)
  })

  it('says no when npm was ended while it wrote down what it did', async () => {
    await mkdir(join(folder, 'node_modules'))
    await writeFile(join(folder, 'node_modules/.package-lock.json'), '{"packages": {')
    expect(checkout.isInstalled(folder)).toBe(false)
  })
})

describe('newestSourceMs', () => {
  const longAgo = new Date('2020-01-01')

  async function age(...paths: string[]): Promise<void> {
    for (const path of paths) await utimes(join(folder, path), longAgo, longAgo)
  }

  beforeEach(async () => {
    await write('src/main/a.ts', 1)
    await write('src/main/b.ts', 1)
    await write('package.json', {})
    await age('src/main/a.ts', 'src/main/b.ts', 'package.json', 'src/main', 'src')
    expect(checkout.newestSourceMs(folder)).toBe(longAgo.getTime())
  })

  it.each(['src/main/a.ts', 'package.json'])('sees a change of %s', async (path) => {
    await write(path, 2)
    expect(checkout.newestSourceMs(folder)).toBeGreaterThan(longAgo.getTime())
  })

  it('sees that a file is gone', async () => {
    await rm(join(folder, 'src/main/b.ts'))
    expect(checkout.newestSourceMs(folder)).toBeGreaterThan(longAgo.getTime())
  })
})
