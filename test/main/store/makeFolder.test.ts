import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolder } from '../../../src/main/store/makeFolder'
import { temporaryFolder } from '../../support/testFolder'

it('creates what is missing and says where that begins', async () => {
  const folder = await temporaryFolder()
  expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBe(join(folder, 'a'))
  expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBeUndefined()
})

it('says why it cannot', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  await expect(makeFolder(join(folder, 'file', 'a'))).rejects.toMatchObject({ code: 'bad-input' })
  if (process.platform === 'linux') {
    await expect(makeFolder('/proc/hourglass/a')).rejects.toMatchObject({ code: 'no-access' })
  }
})
