import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Pieces } from '../../shared/pieces'
import { explainFileError } from './fileErrors'

/** Where a file is written until it is whole; the next writer of the same file takes over what a crash left here. */
export function partialPath(path: string): string {
  return `${path}.partial`
}

/**
 * A big file written in pieces beside `path`, which keeps its old content until `commit`. One writer a path at a time.
 * Every method throws ExpectedError when the file system says no, and has then removed what it wrote.
 */
export class FileReplacement {
  private bytes = 0

  private constructor(
    readonly path: string,
    private handle: FileHandle | null,
  ) {}

  static async open(path: string): Promise<FileReplacement> {
    try {
      return new FileReplacement(path, await open(partialPath(path), 'w'))
    } catch (error) {
      throw explainFileError(error, path)
    }
  }

  get bytesWritten(): number {
    return this.bytes
  }

  /** Appends. Await each write before the next one. */
  async write(data: Uint8Array | string): Promise<void> {
    await this.attempt(async () => {
      await this.handle!.appendFile(data)
      this.bytes += typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength
    })
  }

  /** All bytes are on the disk, still beside the name. For several files that are to change together. */
  async seal(): Promise<void> {
    await this.attempt(async () => {
      await this.handle?.sync()
      await this.handle?.close()
      this.handle = null
    })
  }

  /** The new content takes the name. */
  async commit(): Promise<void> {
    await this.seal()
    await this.attempt(async () => {
      await rename(partialPath(this.path), this.path)
      await syncFolder(dirname(this.path))
    })
  }

  /** Forgets the new content; the old one stays. May be called after a failure, and twice; not after `commit`. */
  async abort(): Promise<void> {
    await this.handle?.close()
    this.handle = null
    await rm(partialPath(this.path), { force: true })
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      await this.abort().catch(() => {
        // The first failure is the one to tell.
      })
      throw explainFileError(error, this.path)
    }
  }
}

/**
 * Writes beside `path`, syncs, renames: after a crash at any moment the file is the old one or the new one, whole.
 * @throws ExpectedError when the file system says no (disk full, no rights, no such folder)
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string | Pieces): Promise<void> {
  const replacement = await FileReplacement.open(path)
  const pieces = typeof data === 'string' || data instanceof Uint8Array ? [data] : data
  for (const piece of pieces) await replacement.write(piece)
  await replacement.commit()
}

/**
 * The same for a file that somebody else writes: `write` gets the path to write to.
 * @throws ExpectedError when the file system says no; what `write` throws
 */
export async function replaceFile(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = partialPath(path)
  try {
    // Our own attempt comes first: what the system says of it is understood.
    await writeFile(partial, '')
    await write(partial)
    const handle = await open(partial, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {
      // The first failure is the one to tell.
    })
    throw explainFileError(error, path)
  }
}

/** Makes renames in a folder last through a power cut. Windows has no such call for folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
