import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FolderBrowser } from '../../../src/main/features/library/browseFolders'
import { PlaceRegistry } from '../../../src/main/base/placeRegistry'
import { SettingsService } from '../../../src/main/base/settingsService'
import { testLog } from '../../support/testApp'
import { temporaryFolder } from '../../support/testFolder'

let root: string
let places: PlaceRegistry
let browser: FolderBrowser
beforeEach(async () => {
  const home = await temporaryFolder()
  root = join(home, 'root')
  for (const folder of ['root/photos 10', 'root/photos 2', 'root/.hidden', 'outside'])
    await mkdir(join(home, folder), { recursive: true })
  for (const file of ['root/a.png', 'root/notes.txt', 'outside/secret.png'])
    await writeFile(join(home, file), 'x')
  await symlink(join(home, 'outside'), join(root, 'way-out'))
  places = new PlaceRegistry()
  browser = new FolderBrowser(places, [root])
})

describe('places', () => {
  it('has one handle a path, that says nothing of it', async () => {
    const place = await places.add(root)
    expect(await places.add(`${root}/.`)).toEqual(place)
    expect(place.place).toMatch(/^[\w-]{24}$/)
    expect(JSON.stringify(place)).not.toContain('/')
    expect(places.resolve(place.place)).toBe(root)
    expect(() => places.resolve('A'.repeat(24))).toThrow('Choose it again')
    await expect(places.add(join(root, 'nothing'))).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the picker', () => {
  it('shows folders first, then images, as a person orders them, and nothing that is hidden or leads out', async () => {
    const [start] = await browser.rootPlaces()
    const folder = await browser.browse(start!.place)
    expect(folder.entries.map(({ name }) => name)).toEqual(['photos 2', 'photos 10', 'a.png'])
    expect(folder.images).toBe(1)
    const deeper = await browser.browse(folder.entries[0]!.place)
    expect(deeper.trail.map(({ name }) => name)).toEqual(['root', 'photos 2'])
  })

  it('stays within its roots', async () => {
    const outside = await places.add(join(root, 'way-out'))
    await expect(browser.browse(outside.place)).rejects.toMatchObject({ code: 'no-access' })
    await expect(browser.createFolder(outside.place, 'new')).rejects.toMatchObject({ code: 'no-access' })
    const [start] = await browser.rootPlaces()
    for (const name of ['../services', '../services/places', 'a/b', '../x', 'a\\b'])
      await expect(browser.createFolder(start!.place, name)).rejects.toMatchObject({ code: 'bad-input' })
    expect(await browser.createFolder(start!.place, 'new one')).toMatchObject({
      name: 'new one',
      kind: 'folder',
    })
    await expect(browser.createFolder(start!.place, 'new one')).rejects.toMatchObject({ code: 'bad-input' })
  })
})

describe('settings', () => {
  it('lasts, and keeps a file that cannot be read beside the defaults', async () => {
    const folder = await temporaryFolder()
    const log = testLog()
    await (
      await SettingsService.open(folder, log)
    ).change({ theme: 'dark', compute: { runtime: 'onnx', device: 'cpu' } })
    expect((await SettingsService.open(folder, log)).settings).toMatchObject({
      theme: 'dark',
      language: 'system',
    })
    await writeFile(join(folder, 'settings.json'), '{ "theme": "dark"')
    expect((await SettingsService.open(folder, log)).settings.theme).toBe('system')
    expect(log.lines).toEqual([expect.stringContaining('settings.json.unreadable')])
  })
})
