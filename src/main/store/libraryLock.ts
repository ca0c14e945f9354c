import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { inBackground } from '../../shared/inBackground'
import { explainFileError, fileErrorCode } from './fileErrors'
import { makeFolder } from './makeFolder'
import { currentProcess, isAlive } from './processIdentity'
import { sentence } from '../../shared/texts/sentence'

/** In the library's folder, so that it counts wherever the apps keep their own things. */
const lockFile = 'library.lock'
/** The holder touches its lock this often, for apps on other machines, which cannot look whether its process lives. */
const touchedEveryMs = 20_000
const aliveForMs = 120_000
/** A lock that cannot be read may be on its way. */
const writtenWithinMs = 300

const holderSchema = z.object({
  pid: z.number().int(),
  startedAt: z.string(),
  host: z.string(),
  /** Of the library's folder: a copy of it, lock and all, is another library. */
  inode: z.string(),
})
type Holder = z.infer<typeof holderSchema>

/** One app at a time has a library open; the command line does not count. Release it when done. */
export class LibraryLock {
  private readonly timer: NodeJS.Timeout

  private constructor(private readonly path: string) {
    const touch = () => inBackground(utimes(path, new Date(), new Date()).catch(() => undefined)) // Moved away, say.
    this.timer = setInterval(touch, touchedEveryMs).unref()
  }

  /**
   * Takes over the lock of a process that is no more. Null where nothing can be written: then nobody changes anything.
   * @throws ExpectedError while another app has the library open
   */
  static async hold(folder: string): Promise<LibraryLock | null> {
    await makeFolder(folder)
    const path = join(folder, lockFile)
    try {
      while (!(await create(path))) await clearStale(path, folder)
      return new LibraryLock(path)
    } catch (error) {
      if (['EROFS', 'EACCES', 'EPERM'].includes(fileErrorCode(error) ?? '')) return null
      throw explainFileError(error, path)
    }
  }

  /** Only its own: a library that was moved away and replaced has another one. */
  async release(): Promise<void> {
    clearInterval(this.timer)
    const holder = await readHolder(this.path)
    const own = { ...currentProcess(), host: hostname() }
    if (holder?.pid === own.pid && holder.startedAt === own.startedAt && holder.host === own.host)
      await rm(this.path, { force: true })
  }
}

/** The process that has the library open; null where none has. */
export async function holderOf(folder: string): Promise<Holder | null> {
  const path = join(folder, lockFile)
  const holder = await readHolder(path)
  return holder && (await isHeld(holder, path)) ? holder : null
}

/** @throws ExpectedError where somebody has the library open */
export function refuseHeld(folder: string, { pid, host }: Holder): never {
  const isHere = host === hostname()
  throw new ExpectedError(
    'bad-usage',
    isHere
      ? sentence('store.libraryOpenHere', { folder, pid })
      : sentence('store.libraryOpenThere', { folder, host, pid }),
  )
}

/** Whole or not at all. False where there is one already. */
async function create(path: string): Promise<boolean> {
  const holder: Holder = { ...currentProcess(), host: hostname(), inode: await inodeOf(path) }
  const content = JSON.stringify(holder)
  const beside = `${path}.${randomUUID()}`
  try {
    await writeFile(beside, content)
    // Not every file system has links.
    await link(beside, path).catch(async (error: unknown) => {
      if (fileErrorCode(error) === 'EEXIST') throw error
      await writeFile(path, content, { flag: 'wx' })
    })
    return true
  } catch (error) {
    if (fileErrorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(beside, { force: true })
  }
}

/** Puts a lock that nobody holds out of the way. @throws ExpectedError where somebody does */
async function clearStale(path: string, folder: string): Promise<void> {
  let holder = await readHolder(path)
  if (!holder) {
    await wait(writtenWithinMs)
    holder = await readHolder(path)
  }
  if (holder && (await isHeld(holder, path))) refuseHeld(folder, holder)
  // Whoever renames it may remove it: two that find the same stale lock do not remove each other's new one.
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return
    throw error
  }
  const taken = await readHolder(aside)
  const isAnother = taken !== null && JSON.stringify(taken) !== JSON.stringify(holder)
  if (isAnother && (await isHeld(taken, aside))) await link(aside, path).catch(() => undefined)
  await rm(aside, { recursive: true, force: true })
}

async function isHeld(holder: Holder, path: string): Promise<boolean> {
  if (holder.inode !== (await inodeOf(path))) return false
  if (holder.host === hostname()) return isAlive(holder)
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  )
  return age < aliveForMs
}

/** Of the folder that the lock lies in. */
async function inodeOf(lock: string): Promise<string> {
  return String((await stat(dirname(lock), { bigint: true })).ino)
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null // None, or none that can be read.
  }
}
