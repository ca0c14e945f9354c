import { ExpectedError, type ErrorCode } from '../../shared/errors'

type Explanation = { code: ErrorCode; sentence: (path: string) => string }

const again = 'try again'

/** What a person can do about each error of the file system. `path` is what was being read or written. */
const explanations: Record<string, Explanation> = {
  ENOSPC: {
    code: 'disk-full',
    sentence: (path) => `The disk is full: ${path} could not be written. Free some space and ${again}.`,
  },
  EDQUOT: {
    code: 'disk-full',
    sentence: (path) =>
      `Your disk quota is used up: ${path} could not be written. Free some space and ${again}.`,
  },
  EFBIG: {
    code: 'disk-full',
    sentence: (path) =>
      `${path} grew past the largest file this system allows. Raise the limit or use another disk, and ${again}.`,
  },
  EACCES: {
    code: 'no-access',
    sentence: (path) => `No permission for ${path}. Change its permissions or choose another place.`,
  },
  EPERM: {
    code: 'no-access',
    sentence: (path) =>
      `The system does not allow access to ${path}. Close programs that use it, change its permissions, or choose another place.`,
  },
  EBUSY: {
    code: 'no-access',
    sentence: (path) => `${path} is in use by another program. Close it and ${again}.`,
  },
  EROFS: {
    code: 'no-access',
    sentence: (path) => `${path} is on a read-only disk. Choose a place that can be written.`,
  },
  ENOENT: { code: 'not-found', sentence: (path) => `There is no ${path}. Check the spelling of the path.` },
  ENOTDIR: {
    code: 'bad-input',
    sentence: (path) => `${path} cannot be a folder: a part of this path is a file. Choose another path.`,
  },
  EISDIR: {
    code: 'bad-input',
    sentence: (path) => `${path} is a folder, and a file was expected. Choose another path.`,
  },
  EEXIST: { code: 'bad-input', sentence: (path) => `${path} exists already. Choose another path.` },
  ENAMETOOLONG: {
    code: 'bad-input',
    sentence: (path) => `The path ${path} is longer than this system allows. Choose a shorter one.`,
  },
  ELOOP: {
    code: 'bad-input',
    sentence: (path) => `The links in ${path} lead in a circle. Choose another path.`,
  },
  EMFILE: {
    code: 'no-access',
    sentence: (path) =>
      `Too many files are open to open ${path}. Close other programs, or raise the limit (ulimit -n), and ${again}.`,
  },
  ENFILE: {
    code: 'no-access',
    sentence: (path) =>
      `The system has too many open files to open ${path}. Close other programs and ${again}.`,
  },
  EIO: {
    code: 'no-access',
    sentence: (path) => `The disk reports an error at ${path}. Check the disk, or use another one.`,
  },
}

explanations.ERR_FS_EISDIR = explanations.EISDIR!

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
  const explanation = explanations[fileErrorCode(error) ?? '']
  return explanation
    ? new ExpectedError(explanation.code, explanation.sentence(path), { cause: error })
    : error
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
