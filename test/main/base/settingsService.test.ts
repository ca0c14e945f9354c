import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SettingsService } from '../../../src/main/base/settingsService'
import { testLog } from '../../support/testApp'
import { temporaryFolder } from '../../support/testFolder'

test('keeps two changes that are made at once', async () => {
  const folder = await temporaryFolder()
  const settings = await SettingsService.open(folder, testLog())
  await Promise.all([
    settings.change({ theme: 'dark' }),
    settings.change({ looksForUpdates: true }),
    settings.setLibrary('/pictures'),
  ])
  const kept = { theme: 'dark', looksForUpdates: true, library: '/pictures' }
  expect(JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8'))).toMatchObject(kept)
  expect(settings.settings).toMatchObject({ theme: 'dark', looksForUpdates: true })
})

test('takes the next change after one that could not be written', async () => {
  const folder = await temporaryFolder()
  const settings = await SettingsService.open(folder, testLog())
  await rm(folder, { recursive: true })
  await expect(settings.change({ theme: 'dark' })).rejects.toThrow()
  await mkdir(folder)
  await settings.change({ language: 'de' })
  expect(settings.settings).toMatchObject({ theme: 'system', language: 'de' })
})
