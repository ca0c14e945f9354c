import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { fileErrorCode } from './fileErrors'
import { makeFolder } from './makeFolder'
import { currentProcess, isAlive } from './processIdentity'

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
      if (fileErrorCode(error) !== 'EEXIST') throw error
    }
    const holder = await readHolder(path)
    if (holder && isAlive(holder))
      throw new ExpectedError(
        'bad-usage',
        `Hourglass is running already (process ${holder.pid}). Use that one, or close it first.`,
      )
    await rm(path, { force: true })
  }
}

async function readHolder(path: string): Promise<z.infer<typeof holderSchema> | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null // Gone, or cut off while it was written.
  }
}
