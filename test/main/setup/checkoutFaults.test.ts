import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../../support/requirements'
import { folderOfFile } from '../../support/testFolder'

const checkout = createRequire(import.meta.url)(join(root, 'src/main/setup/checkout.cjs')) as {
  SetupError: new (message: string) => Error
  prepareCheckout(root: string): void
}

it('says what to do about a lock that is a folder', async () => {
  const folder = await folderOfFile()
  await writeFile(join(folder, 'electron.vite.config.ts'), '')
  const lock = join(folder, 'out', '.lock')
  await mkdir(lock, { recursive: true })
  const prepare = () => checkout.prepareCheckout(folder)
  expect(prepare).toThrow(checkout.SetupError)
  expect(prepare).toThrow(`${lock} is a folder, where Hourglass puts a file while it installs and builds.`)
})
