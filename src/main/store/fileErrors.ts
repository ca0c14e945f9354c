import { ExpectedError, type ErrorCode } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'

/** What kind of error each error of the file system is. What a person can do about it stands in the texts. */
const codes = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  EACCES: 'no-access',
  EPERM: 'no-access',
  EBUSY: 'no-access',
  EROFS: 'no-access',
  ENOENT: 'not-found',
  ENOTDIR: 'bad-input',
  EISDIR: 'bad-input',
  EEXIST: 'bad-input',
  ENAMETOOLONG: 'bad-input',
  ELOOP: 'bad-input',
  EMFILE: 'no-access',
  ENFILE: 'no-access',
  EIO: 'no-access',
} as const satisfies Readonly<Record<string, ErrorCode>>

function knownCode(error: unknown): keyof typeof codes | null {
  const code = fileErrorCode(error)
  if (code === 'ERR_FS_EISDIR') return 'EISDIR'
  return code !== undefined && Object.hasOwn(codes, code) ? (code as keyof typeof codes) : null
}

/** The code of an error of the file system, such as `ENOENT`, or undefined for any other error. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * For `catch (error) { throw explainFileError(error, path) }`: an error of the file system becomes an ExpectedError
 * that says what to do; any other error comes back as it is.
 */
export function explainFileError(error: unknown, path: string): unknown {
  const known = knownCode(error)
  if (known === null) return error
  return new ExpectedError(codes[known], sentence(`file.${known}`, { path }), { cause: error })
}

/**
 * For boundaries: an error of the file system that nobody explained on its way up is no bug of ours, but a disk that is
 * full, a folder without rights, or one that has gone. It names the path that the system named.
 */
export function explainUnforeseen(error: unknown): unknown {
  if (fileErrorCode(error) === undefined) return error
  const { path, syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined) return error
  return explainFileError(error, path ?? 'a file')
}
