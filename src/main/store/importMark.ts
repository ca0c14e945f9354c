import { readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { importMark, unfinishedFiles } from './datasetFiles'
import { explainFileError } from './fileErrors'
import { currentProcess, isAlive } from './processIdentity'

const ownerSchema = z.object({ pid: z.number().int(), startedAt: z.string() })

/** What is written without saying by whom, as earlier versions did, has grown within this time or is given up. */
const unmarkedMs = 60_000
/** A folder that nothing was put into for so long was made by a process that ended before it began. */
const emptyMs = 3_600_000

/** Says that this process fills the folder, so that others know whether to wait for it. */
export async function markImport(folder: string): Promise<void> {
  const path = join(folder, importMark)
  await writeFile(path, JSON.stringify(currentProcess())).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
}

export async function unmarkImport(folder: string): Promise<void> {
  await rm(join(folder, importMark), { force: true })
}

/** `under-way` while a process writes a dataset into the folder; `killed` where one did and is no more. */
export async function importState(folder: string): Promise<'none' | 'under-way' | 'killed'> {
  const names = await readdir(folder).catch((): string[] => [])
  if (!names.some((name) => unfinishedFiles.includes(name))) return 'none'
  const owner = names.includes(importMark) ? await readOwner(folder) : null
  if (owner) return isAlive(owner) ? 'under-way' : 'killed'
  const ages = names.filter((name) => unfinishedFiles.includes(name)).map((name) => ageOf(join(folder, name)))
  return Math.min(...(await Promise.all(ages))) < unmarkedMs ? 'under-way' : 'killed'
}

/** Removes what a killed import left, and the folder where nothing else is in it. Ask `importState` first. */
export async function clearKilledImport(folder: string): Promise<void> {
  for (const name of unfinishedFiles) await rm(join(folder, name), { force: true })
  await removeEmpty(folder)
}

/** Removes a folder that was made for a dataset and never filled. */
export async function clearNeverBegun(folder: string): Promise<void> {
  if ((await ageOf(folder)) > emptyMs) await removeEmpty(folder)
}

async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {
    // There is something in it, or somebody was faster.
  })
}

async function readOwner(folder: string): Promise<z.infer<typeof ownerSchema> | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(join(folder, importMark), 'utf8')))
  } catch {
    return null // Cut off while it was written.
  }
}

const ageOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
