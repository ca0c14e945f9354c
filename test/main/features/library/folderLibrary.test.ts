import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FolderLibrary } from '../../../../src/main/features/library/folderLibrary'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let library: FolderLibrary
beforeEach(async () => {
  home = await temporaryFolder()
  library = await FolderLibrary.open(join(home, 'library'))
})

describe('a library', () => {
  it('makes its folders, and ids out of names', async () => {
    expect(await readdir(library.location)).toEqual(['anomalies', 'datasets', 'models', 'runs', 'tables'])
    const ids = []
    for (const name of ['Ünïcode & Co.', 'Photos 2026', 'Photos 2026', '日本', '../../etc'])
      ids.push((await library.create('datasets', name)).id)
    expect(ids).toEqual(['u-ni-code-co', 'photos-2026', 'photos-2026-2', 'dataset', 'etc'])
  })

  it('gives a hundred processes that ask for one name a folder each', async () => {
    const made = await Promise.all(Array.from({ length: 100 }, () => library.create('runs', 'same')))
    expect(new Set(made.map(({ id }) => id)).size).toBe(100)
  })

  it.each(['..', '../runs', '/etc', 'a/b', 'UPPER', '', '.removed-x', 'a\0b', 'x'.repeat(300)])(
    'finds nothing under %j',
    async (id) => {
      await expect(library.find('datasets', id)).rejects.toMatchObject({ code: 'not-found' })
      await expect(library.remove('datasets', id)).rejects.toMatchObject({ code: 'not-found' })
    },
  )

  it('knows what lies elsewhere, once, and only forgets it', async () => {
    const outside = join(home, 'elsewhere', 'digits')
    await mkdir(outside, { recursive: true })
    await writeFile(join(outside, 'dataset.json'), '{}')
    const entry = await library.register('datasets', outside)
    expect(entry).toMatchObject({ id: 'digits', external: true })
    expect(await library.register('datasets', `${outside}/`)).toEqual(entry)
    expect(await library.idOf('datasets', outside)).toBe('digits')
    await library.remove('datasets', 'digits')
    expect(await library.entries('datasets')).toEqual([])
    expect(await readdir(outside)).toEqual(['dataset.json'])
  })

  it('knows the ids of its own folders', async () => {
    const { folder, id } = await library.create('runs', 'mine')
    expect(await library.idOf('runs', folder)).toBe(id)
    expect(await library.idOf('runs', join(folder, 'deeper'))).toBeNull()
    expect(await library.idOf('datasets', folder)).toBeNull()
  })

  it('clears away what a removal left that was cut off', async () => {
    await mkdir(join(library.location, 'runs', '.removed-half-1'), { recursive: true })
    const again = await FolderLibrary.open(library.location)
    expect(await readdir(join(again.location, 'runs'))).toEqual([])
  })

  it('hears of what another process adds, changes and removes', async () => {
    const { folder } = await library.create('runs', 'watched')
    const heard: string[] = []
    const stop = library.onChange((change) => void heard.push(change ? `${change.kind}/${change.id}` : 'all'))
    // The watch begins in its own time: what is written is written until it is heard of.
    const until = async (id: string, write: (i: number) => Promise<void>) => {
      for (let i = 0; !heard.includes(id); i++) {
        await write(i)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    await until('runs/watched', (i) => writeFile(join(folder, 'run.json'), String(i)))
    await until('datasets/new', async (i) => {
      await mkdir(join(library.location, 'datasets', 'new'), { recursive: true })
      await writeFile(join(library.location, 'datasets', 'new', 'dataset.json'), String(i))
    })
    heard.length = 0
    await rm(folder, { recursive: true })
    await until('runs/watched', async () => undefined)
    stop()
    await library.close()
  })
})
