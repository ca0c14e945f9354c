import { readdir, stat } from 'node:fs/promises'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import type { Skipped } from '../../../shared/dataset'
import { explainFileError } from '../../store/fileErrors'
import { type Fence, leadsOut } from '../../base/fence'
import { compareNames } from '../../base/naturalOrder'
import { sentence } from '../../../shared/texts/sentence'

/** Left by operating systems; nobody wants to hear of them. */
const clutter = new Set(['Thumbs.db', 'ehthumbs.db', 'desktop.ini', '__MACOSX', '@eaDir', '$RECYCLE.BIN'])

/** A folder, or a file that was named itself. */
export interface LookedAt {
  readonly path: string
  readonly changedMs: number
}

export interface Walk {
  /** Folders seen so far, by device and inode: each is visited once, so links that lead in a circle end. */
  visited: Set<string>
  /** When their contents last changed, as each was when it was looked into. */
  looked: LookedAt[]
  skipped: Skipped[]
  /** What may be looked into. */
  fence: Fence
  signal?: AbortSignal
}

/**
 * The files in a folder and all below it, as paths relative to it with /, in natural order. Hidden ones and clutter
 * are left out; links are followed as far as they may. What cannot be opened goes to `walk.skipped`.
 * @throws ExpectedError when the folder itself cannot be read
 */
export async function* walkFolder(
  root: string,
  walk: Walk,
  below = '',
): AsyncGenerator<string, void, undefined> {
  const folder = join(root, below)
  const entries = await list(folder, walk).catch((error: unknown) => {
    if (below === '') throw explainFileError(error, folder)
    walk.skipped.push({ path: below, reason: sentence('pictures.folderNoPermission') })
    return []
  })
  for (const entry of entries.sort((a, b) => compareNames(a.name, b.name))) {
    walk.signal?.throwIfAborted()
    if (entry.name.startsWith('.') || clutter.has(entry.name)) continue
    const path = below ? `${below}/${entry.name}` : entry.name
    const kind = await kindOf(entry, join(root, path), walk.fence)
    if (kind === 'folder') yield* walkFolder(root, walk, path)
    else if (kind === 'file') yield path
    else if (kind === 'broken') walk.skipped.push({ path, reason: sentence('pictures.linkNowhere') })
    else if (kind === 'outside') walk.skipped.push({ path, reason: leadsOut })
  }
}

/** Empty for a folder seen before. */
async function list(folder: string, { visited, looked, fence }: Walk): Promise<Dirent[]> {
  fence.check(folder)
  const { dev, ino, mtimeNs } = await stat(folder, { bigint: true })
  const identity = `${dev}:${ino}`
  if (visited.has(identity)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  visited.add(identity)
  looked.push({ path: folder, changedMs: Number(mtimeNs) / 1e6 })
  return entries
}

type Kind = 'file' | 'folder' | 'broken' | 'outside' | 'other'

async function kindOf(entry: Dirent, path: string, fence: Fence): Promise<Kind> {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  if (!entry.isSymbolicLink()) return 'other'
  try {
    const target = await stat(path)
    if (!fence.allows(path)) return 'outside'
    if (target.isDirectory()) return 'folder'
    return target.isFile() ? 'file' : 'other'
  } catch {
    // Nowhere, in a circle, or into a place without rights.
    return 'broken'
  }
}
