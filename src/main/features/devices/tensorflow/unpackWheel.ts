import { mkdir } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { explainFileError } from '../../../store/fileErrors'
import { DamagedZip, extractZipEntry, readZipDirectory, type ZipEntry } from '../../../store/zipFile'
import { throwIfCancelled } from './requests'

/** Kind of file in the upper bits of a mode. */
const kindMask = 0o170000
const regularFile = 0o100000

/** A wheel, and which of its files are needed. */
export interface WheelToUnpack {
  readonly path: string
  /** To say which one is damaged. */
  readonly filename: string
  readonly isNeeded: (name: string) => boolean
}

/**
 * The files of a wheel that are needed.
 * @throws ExpectedError where it is damaged or holds a path that leaves the folder it is unpacked to, needed or not
 */
export async function neededEntries({ path, filename, isNeeded }: WheelToUnpack): Promise<ZipEntry[]> {
  try {
    const entries = await readZipDirectory(path)
    const stray = entries.find((entry) => !staysInside(entry))
    if (stray)
      throw new ExpectedError(
        'bad-input',
        sentence('devices.archiveLeaves', { file: filename, path: stray.name }),
      )
    return entries.filter(({ name }) => !name.endsWith('/') && isNeeded(name))
  } catch (error) {
    throw explained(error, path, filename)
  }
}

/** @throws ExpectedError where it is damaged or the disk is full; CancelledError */
export async function unpackWheel(
  { path, filename }: WheelToUnpack,
  entries: readonly ZipEntry[],
  folder: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<void> {
  for (const entry of entries) {
    throwIfCancelled(signal)
    const target = join(folder, entry.name)
    try {
      await mkdir(dirname(target), { recursive: true })
      await extractZipEntry(path, entry, target, { signal, onBytes })
    } catch (error) {
      throwIfCancelled(signal)
      throw explained(error, target, filename)
    }
  }
}

/** A relative path without steps upwards, to a plain file or folder: no link, which a later path could lead through. */
function staysInside({ name, mode }: ZipEntry): boolean {
  const kind = mode & kindMask
  if (kind !== 0 && kind !== regularFile && !name.endsWith('/')) return false
  if (name === '' || name.includes('\0') || /^([a-z]:|[\\/])/i.test(name)) return false
  return !name.split(/[\\/]/).includes('..') && !posix.isAbsolute(name)
}

function explained(error: unknown, path: string, filename: string): unknown {
  if (error instanceof ExpectedError || error instanceof CancelledError) return error
  if (error instanceof DamagedZip)
    return new ExpectedError('bad-input', sentence('devices.archiveDamaged', { file: filename }), {
      cause: error,
    })
  return explainFileError(error, path)
}
