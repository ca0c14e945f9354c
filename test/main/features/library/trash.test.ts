import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FolderLibrary } from '../../../../src/main/features/library/folderLibrary'
import { libraryKinds } from '../../../../src/main/base/library'
import { temporaryFolder } from '../../../support/testFolder'

let home: string
let library: FolderLibrary
beforeEach(async () => {
  home = await temporaryFolder()
  library = await FolderLibrary.open(join(home, 'library'))
})
afterEach(() => vi.useRealTimers())

/** Every file below a folder, with what is in it. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return Object.fromEntries(files.map((file, i) => [file.slice(folder.length), texts[i]!]).sort())
}

async function leave(kind: (typeof libraryKinds)[number], name: string): Promise<string> {
  const { id, folder } = await library.create(kind, name)
  await mkdir(join(folder, 'deep'))
  await writeFile(join(folder, 'about.json'), `{"name":"${name}"}`)
  await writeFile(join(folder, 'deep', 'weights'), 'bytes')
  return id
}

describe('the trash of a library', () => {
  it.each(libraryKinds)('brings %s back as they were', async (kind) => {
    const id = await leave(kind, 'Digits')
    const before = await contents(library.location)
    const key = await library.discard(kind, id)
    expect(await library.entries(kind)).toEqual([])
    await expect(library.find(kind, id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await library.restore(key)).toEqual({ kind, id })
    expect(await contents(library.location)).toEqual(before)
    // What was restored is no longer in the trash.
    await library.empty([key])
    await library.emptyAll()
    await library.emptyLeftovers()
    expect(await contents(library.location)).toEqual(before)
    await expect(library.restore(key)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('forgets what lies elsewhere, remembers it again, and never touches it', async () => {
    const outside = join(home, 'elsewhere', 'digits')
    await mkdir(outside, { recursive: true })
    await writeFile(join(outside, 'dataset.json'), '{}')
    const entry = await library.register('datasets', outside)
    const key = await library.discard('datasets', entry.id)
    expect(await library.idOf('datasets', outside)).toBeNull()
    await library.restore(key)
    expect(await library.find('datasets', entry.id)).toEqual(entry)
    await library.empty([await library.discard('datasets', entry.id)])
    expect(await contents(outside)).toEqual({ '/dataset.json': '{}' })
    expect(await contents(library.location)).toEqual({})
  })

  it('keeps the id taken, so that its place is free when it comes back', async () => {
    const id = await leave('datasets', 'Digits')
    const key = await library.discard('datasets', id)
    const other = await FolderLibrary.open(library.location)
    expect((await other.create('datasets', 'Digits')).id).toBe('digits-2')
    expect(await library.restore(key)).toEqual({ kind: 'datasets', id: 'digits' })
  })

  it('does not overwrite what somebody put in its place, and keeps what was removed', async () => {
    const id = await leave('runs', 'One')
    const key = await library.discard('runs', id)
    await mkdir(join(library.location, 'runs', id))
    await expect(library.restore(key)).rejects.toThrow('There is another run')
    await cp(join(library.location, 'runs', id), join(home, 'aside'), { recursive: true })
    await library.remove('runs', id)
    await library.restore(key)
    expect(Object.keys(await contents(library.location))).toEqual([
      '/runs/one/about.json',
      '/runs/one/deep/weights',
    ])
  })

  it('is emptied at the next start of the app, and of nothing else', async () => {
    await leave('models', 'Kept')
    await library.discard('models', await leave('models', 'Gone'))
    const similar = join(library.location, 'models', '.trash-of-mine')
    await mkdir(similar)
    await writeFile(join(similar, 'note.txt'), 'mine')
    // Another program, such as the command line, leaves the trash alone.
    const other = await FolderLibrary.open(library.location)
    expect(Object.keys(await contents(library.location))).toHaveLength(5)
    await other.emptyLeftovers()
    expect(Object.keys(await contents(library.location))).toEqual([
      '/models/.trash-of-mine/note.txt',
      '/models/kept/about.json',
      '/models/kept/deep/weights',
    ])
  })

  it('leaves what can still be restored to this process when leftovers are emptied', async () => {
    const key = await library.discard('runs', await leave('runs', 'One'))
    await library.emptyLeftovers()
    expect(await library.restore(key)).toEqual({ kind: 'runs', id: 'one' })
  })

  it('is emptied after an hour where no window does it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const key = await library.discard('runs', await leave('runs', 'One'))
    await vi.advanceTimersByTimeAsync(3_599_000)
    expect(Object.keys(await contents(library.location))).toHaveLength(2)
    vi.advanceTimersByTime(2000)
    await expect(library.restore(key)).rejects.toThrow('deleted for good')
  })

  it('tells whoever listens that an entry went and came', async () => {
    const id = await leave('runs', 'One')
    const heard: string[] = []
    library.onChange((change) => void heard.push(change ? `${change.kind}/${change.id}` : 'all'))
    await library.restore(await library.discard('runs', id))
    expect(heard.slice(0, 2)).toEqual(['runs/one', 'runs/one'])
    await library.close()
  })
})
