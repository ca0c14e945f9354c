import { lstat, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { explainFileError, fileErrorCode } from './fileErrors'
import { makeFolder } from './makeFolder'
import { currentProcess, isAlive } from './processIdentity'
import { addressServedBy } from './servingFile'

const holderSchema = z.object({ pid: z.number().int(), startedAt: z.string() })

/**
 * One app at a time steers a library: says so with a file that names its process, and gives the function that ends it.
 * The file of a process that is no more is taken over.
 * @throws ExpectedError while another one runs
 */
export async function holdApp(stateFolder: string): Promise<() => Promise<void>> {
  await makeFolder(stateFolder)
  const path = join(stateFolder, 'app.lock')
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(currentProcess()), { flag: 'wx' })
      return () => rm(path, { force: true })
    } catch (error) {
      if (fileErrorCode(error) !== 'EEXIST') {
        // What was made and not filled would count as cut off. Nobody else's file is there: it would be EEXIST.
        if (noRoom.has(fileErrorCode(error)!)) await rm(path, { force: true }).catch(() => undefined)
        throw explainFileError(error, path)
      }
    }
    const holder = await readHolder(path)
    if (holder && isAlive(holder))
      throw new ExpectedError(
        'bad-usage',
        runningAlready(holder.pid, addressServedBy(stateFolder, holder.pid)),
      )
    await takeAway(path)
  }
}

const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

const runningAlready = (pid: number, address: string | null) =>
  address === null
    ? sentence('store.runningAlready', { pid })
    : sentence('store.runningAlreadyAt', { pid, address })

/** The file of a process that is no more. @throws ExpectedError for what is no file of ours */
async function takeAway(path: string): Promise<void> {
  try {
    await rm(path, { force: true })
  } catch (error) {
    if (!(await isFolder(path))) throw explainFileError(error, path)
    throw new ExpectedError('bad-input', sentence('store.folderWhereHourglassPuts', { path }))
  }
}

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function readHolder(path: string): Promise<z.infer<typeof holderSchema> | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null // Gone, or cut off while it was written.
  }
}
