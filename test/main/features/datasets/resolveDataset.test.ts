import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { resolveDataset } from '../../../../src/main/features/datasets/resolveDataset'
import { greyPng } from '../../../support/imageBytes'
import { preprocess } from '../../../support/importing'
import { temporaryFolder } from '../../../support/testFolder'

it('opens datasets, and imports images on the spot', async () => {
  const folder = await temporaryFolder()
  const photos = join(folder, 'photos')
  const keepIn = join(folder, 'kept')
  await mkdir(photos)
  await writeFile(join(photos, '1.png'), greyPng(2, 2, 8, Buffer.from([1, 2, 3, 4])))
  const preprocessing = preprocess({ width: 2, height: 2 })

  const temporary = await resolveDataset([photos], { preprocessing })
  const row = new Uint8Array(4)
  await temporary.dataset.readRows(0, 1, row)
  expect([...row]).toEqual([1, 2, 3, 4])
  expect(temporary.dataset.info.name).toBe('photos')
  await temporary.close()
  await expect(access(temporary.dataset.folder)).rejects.toThrow('ENOENT')

  const kept = await resolveDataset([join(photos, '1.png')], { preprocessing, keepIn })
  await kept.close()
  const opened = await resolveDataset([keepIn], { preprocessing })
  expect(opened.dataset.info.count).toBe(1)
  await opened.close()
  await access(keepIn)

  await expect(resolveDataset([join(folder, 'missing')], { preprocessing })).rejects.toMatchObject({
    code: 'not-found',
  })
})
