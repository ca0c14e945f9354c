import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { OutputFolder } from '../../../src/main/store/outputFolder'
import { temporaryFolder } from '../../support/testFolder'

const bytes = Uint8Array.of(1, 2)

it('makes all files appear together', async () => {
  const folder = join(await temporaryFolder(), 'new', 'out')
  const output = await OutputFolder.open(folder, ['a', 'b'], { overwrite: false })
  await output.write('a', bytes)
  await output.write('b', bytes)
  expect(await readdir(folder)).toEqual(['.hourglass-partial'])
  await output.commit()
  expect((await readdir(folder)).sort()).toEqual(['a', 'b'])
})

it('leaves nothing after an abort, not even folders it made', async () => {
  const above = await temporaryFolder()
  const output = await OutputFolder.open(join(above, 'new', 'out'), ['a'], { overwrite: false })
  await output.write('a', bytes)
  await output.abort()
  expect(await readdir(above)).toEqual([])
})

it('takes over what a crash left', async () => {
  const folder = await temporaryFolder()
  await OutputFolder.open(folder, ['old'], { overwrite: false }).then((crashed) =>
    crashed.write('old', bytes),
  )
  const output = await OutputFolder.open(folder, ['a'], { overwrite: false })
  await output.write('a', bytes)
  await output.commit()
  expect(await readdir(folder)).toEqual(['a'])
})

it('overwrites only when asked to', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'A.png'), 'old')
  await expect(OutputFolder.open(folder, ['a.png', 'b.png'], { overwrite: false })).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('--overwrite'),
  })
  await writeFile(join(folder, 'a.png'), 'old')
  const output = await OutputFolder.open(folder, ['a.png'], { overwrite: true })
  await output.write('a.png', Buffer.from('new'))
  await output.commit()
  expect(await readFile(join(folder, 'a.png'), 'utf8')).toBe('new')
})

it('never overwrites an original, however its folder is called', async () => {
  const above = await temporaryFolder()
  const photos = join(above, 'photos')
  await mkdir(photos)
  await writeFile(join(photos, 'a.png'), 'original')
  await symlink(photos, join(above, 'link'))
  const rules = { overwrite: true, originals: [join(photos, 'a.png')] }
  for (const folder of [photos, join(above, 'link')]) {
    await expect(OutputFolder.open(folder, ['a.png'], rules), folder).rejects.toMatchObject({
      code: 'bad-input',
    })
  }
  expect(await readdir(photos)).toEqual(['a.png'])
})

it('says so when the folder is a file', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, '')
  await expect(OutputFolder.open(file, ['a'], { overwrite: false })).rejects.toMatchObject({
    code: 'bad-input',
  })
})
