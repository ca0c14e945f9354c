import { cp, mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { holderOf, LibraryLock } from '../../../src/main/store/libraryLock'
import { currentProcess } from '../../../src/main/store/processIdentity'
import { statSync } from 'node:fs'
import { openTestApp, testLog } from '../../support/testApp'
import { createApp } from '../../../src/main/app/createApp'
import { appFolders } from '../../../src/main/store/appFolders'
import { temporaryFolder } from '../../support/testFolder'

const lockIn = (folder: string) => join(folder, 'library.lock')
const inodeOf = (folder: string) => String(statSync(folder, { bigint: true }).ino)
const dead = { pid: 2 ** 22 + 1, startedAt: 'long ago' }

it('lets one app at a time open a library, wherever the apps keep their own things', async () => {
  const home = await temporaryFolder()
  const app = await openTestApp(join(home, 'one'))
  const library = join(home, 'one', 'library')
  const other = {
    folders: appFolders({ HOURGLASS_HOME: join(home, 'other'), HOURGLASS_LIBRARY: library }),
    log: testLog(),
    shell: { host: 'served' as const, roots: [home], pick: async () => [], reveal: async () => undefined },
    version: '0.1.0',
    computeWorker: new URL('file:///none.js'),
    tensorflowSetup: null,
  }
  await expect(createApp(other)).rejects.toMatchObject({
    code: 'bad-usage',
    message: `The library in ${library} is open in another Hourglass already (process ${process.pid}). Use that one, or close it first.`,
  })
  await app.close()
  await (await createApp(other)).close()
})

it.each([
  [
    'names a process that is no more',
    async (folder: string) => ({ ...dead, host: hostname(), inode: inodeOf(folder) }),
  ],
  ['was copied along with the library', async () => ({ ...currentProcess(), host: hostname(), inode: '1' })],
  ['cannot be read', async () => 'nonsense'],
])('takes over a lock that %s', async (_, content) => {
  const folder = await temporaryFolder()
  await writeFile(lockIn(folder), JSON.stringify(await content(folder)))
  const lock = await LibraryLock.hold(folder)
  expect(await holderOf(folder)).toMatchObject({ pid: process.pid })
  await lock!.release()
  expect(await readdir(folder)).toEqual([])
})

it('takes over a lock that is a folder', async () => {
  const folder = await temporaryFolder()
  await mkdir(lockIn(folder))
  await (await LibraryLock.hold(folder))!.release()
  expect(await readdir(folder)).toEqual([])
})

it('believes an app on another machine for as long as that touches its lock', async () => {
  const folder = await temporaryFolder()
  await writeFile(lockIn(folder), JSON.stringify({ ...dead, host: 'elsewhere', inode: inodeOf(folder) }))
  await expect(LibraryLock.hold(folder)).rejects.toThrow('is open in Hourglass on elsewhere')
  const longAgo = new Date(Date.now() - 600_000)
  await utimes(lockIn(folder), longAgo, longAgo)
  await (await LibraryLock.hold(folder))!.release()
})

it('gives a stale lock to one of many that want it at once', async () => {
  const folder = await temporaryFolder()
  await writeFile(lockIn(folder), JSON.stringify({ ...dead, host: hostname(), inode: inodeOf(folder) }))
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => LibraryLock.hold(folder)))
  const held = all.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))
  expect(held.length).toBe(1)
  await held[0]!.release()
})

it('does not take the lock of a library that took its place', async () => {
  const home = await temporaryFolder()
  const folder = join(home, 'library')
  const lock = await LibraryLock.hold(folder)
  const { rename } = await import('node:fs/promises')
  await rename(folder, join(home, 'away'))
  await cp(join(home, 'away'), folder, { recursive: true })
  // Another process has it by now.
  await writeFile(
    lockIn(folder),
    JSON.stringify({ pid: process.ppid, startedAt: '', host: hostname(), inode: '2' }),
  )
  await lock!.release()
  expect(await readdir(folder)).toEqual(['library.lock'])
})
