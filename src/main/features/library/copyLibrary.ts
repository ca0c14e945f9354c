import type { BigIntStats } from 'node:fs'
import { copyFile, lstat, mkdir, open, readdir, readlink, rm, rmdir, symlink, utimes } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { fileErrorCode } from '../../store/fileErrors'
import { isInside } from '../../store/isInside'
import type { MoveJournal } from '../../store/moveJournal'
import { libraryKinds } from '../../base/library'

/** A file, folder or link of a library, and what tells whether it has changed. */
export interface LibraryItem {
  /** Within the library. */
  readonly path: string
  readonly type: 'file' | 'folder' | 'link'
  readonly bytes: number
  readonly identity: string
}

export interface CopyWork {
  readonly from: string
  readonly to: string
  readonly journal: MoveJournal
  readonly onCopied: (bytes: number) => void
  readonly signal?: AbortSignal
}

const chunkBytes = 1 << 22
const tries = 3

/** Folders come before what is in them. What is no file, folder or link, such as a socket, is left out. */
export async function itemsOf(library: string): Promise<LibraryItem[]> {
  const items: LibraryItem[] = []
  for (const kind of libraryKinds) await list(library, kind, items)
  return items
}

export const bytesOf = (items: readonly LibraryItem[]) => items.reduce((sum, { bytes }) => sum + bytes, 0)

/** Another one means another content: files of ours are replaced, or grow. */
export function identityOf({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ino}`
}

/**
 * Brings the copy up to date with what has changed since the journal was written: copies and compares what is new, and
 * takes away what is gone. What changes while it is copied is left for the next time.
 * @returns whether everything was still
 */
export async function catchUp({ from, to, journal, onCopied, signal }: CopyWork): Promise<boolean> {
  const items = await itemsOf(from)
  let isStill = true
  for (const item of items) {
    signal?.throwIfAborted()
    if (journal.has(item.path, item.identity)) continue
    const isCopied = await copyItem(item, from, to).catch((error: unknown) => {
      // It was replaced or removed just now.
      if (fileErrorCode(error) === 'ENOENT') return false
      throw error
    })
    if (isCopied) await journal.add(item.path, item.identity)
    else isStill = false
    onCopied(item.bytes)
  }
  const present = new Set(items.map(({ path }) => path))
  for (const path of journal.paths().filter((one) => !present.has(one))) {
    await rm(join(to, path), { recursive: true, force: true })
    await journal.forget(path)
  }
  return isStill
}

/** Until nothing changes any more. @throws ExpectedError where somebody goes on changing files */
export async function catchUpWhole(work: CopyWork): Promise<void> {
  for (let i = 0; i < tries; i++) if (await catchUp(work)) return
  throw new ExpectedError('bad-input', sentence('library.fileChangedWhileWas'))
}

/**
 * Removes from the old place what was copied, compared, and has not changed since; nothing else.
 * @returns what is left there, of which something may have been written meanwhile
 */
export async function removeMoved(from: string, journal: MoveJournal): Promise<string[]> {
  const items = await itemsOf(from)
  const left: string[] = []
  for (const { path, type } of items.toReversed()) {
    const place = join(from, path)
    if (type === 'folder') {
      await rmdir(place).catch(() => undefined) // What is left in it has been counted.
      continue
    }
    const stats = await lstat(place, { bigint: true }).catch(() => null)
    if (!stats) continue
    if (journal.has(path, identityOf(stats))) await rm(place, { force: true })
    else left.push(path)
  }
  for (const kind of libraryKinds) await rmdir(join(from, kind)).catch(() => undefined) // Not empty, or not there.
  return left
}

async function list(root: string, below: string, into: LibraryItem[]): Promise<void> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw error
  })
  for (const entry of entries) {
    const path = join(below, entry.name)
    const type = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'link'
    if (type === 'link' && !entry.isSymbolicLink()) continue
    const stats = await lstat(join(root, path), { bigint: true }).catch((error: unknown) => {
      if (fileErrorCode(error) === 'ENOENT') return null
      throw error
    })
    if (!stats) continue
    // A folder changes with what is in it, which has an identity of its own.
    const identity = type === 'folder' ? 'folder' : identityOf(stats)
    into.push({ path, type, bytes: type === 'file' ? Number(stats.size) : 0, identity })
    if (type === 'folder') await list(root, path, into)
  }
}

/** False where it changed meanwhile. */
async function copyItem({ path, type, identity }: LibraryItem, from: string, to: string): Promise<boolean> {
  const [source, target] = [join(from, path), join(to, path)]
  await mkdir(type === 'folder' ? target : dirname(target), { recursive: true })
  if (type === 'folder') return true
  if (type === 'link') {
    await rm(target, { recursive: true, force: true })
    await symlink(await placeOfLink(source, from), target)
    return true
  }
  await copyFile(source, target)
  const { atime, mtime } = await lstat(source)
  if (!(await haveSameContent(source, target))) return false
  await utimes(target, atime, mtime)
  return identityOf(await lstat(source, { bigint: true })) === identity
}

/** A relative link out of the library would lead elsewhere from the new place. */
async function placeOfLink(link: string, library: string): Promise<string> {
  const leadsTo = await readlink(link)
  const absolute = join(dirname(link), leadsTo)
  return isAbsolute(leadsTo) || isInside(absolute, library) ? leadsTo : absolute
}

async function haveSameContent(one: string, other: string): Promise<boolean> {
  const files = await Promise.all([open(one), open(other, 'r+')])
  try {
    const [a, b] = files
    const [chunk, copied] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)]
    for (;;) {
      const [read, also] = await Promise.all([a.read(chunk, 0, chunkBytes), b.read(copied, 0, chunkBytes)])
      const isSame = chunk.subarray(0, read.bytesRead).equals(copied.subarray(0, also.bytesRead))
      if (!isSame) return false
      if (read.bytesRead === 0) break
    }
    // It has to be on the disk before the original goes.
    await b.sync()
    return true
  } finally {
    await Promise.all(files.map((file) => file.close()))
  }
}
