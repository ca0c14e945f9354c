import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writePrivateFile } from './privateFile'
import { currentProcess, isAlive } from './processIdentity'

const servingSchema = z.object({ pid: z.number().int(), startedAt: z.string(), address: z.string() })

const pathIn = (stateFolder: string) => join(stateFolder, 'serving.json')

/**
 * Says where this process serves the app, with the token, to those alone who may read our files. Gives the function
 * that ends it. @throws ExpectedError
 */
export async function announceServing(stateFolder: string, address: string): Promise<() => Promise<void>> {
  const path = pathIn(stateFolder)
  await writePrivateFile(path, JSON.stringify({ ...currentProcess(), address }))
  return () => rm(path, { force: true })
}

/** The address of a process that serves the app; null where it does not, or is no more. */
export function addressServedBy(stateFolder: string, pid: number): string | null {
  try {
    const serving = servingSchema.parse(JSON.parse(readFileSync(pathIn(stateFolder), 'utf8')))
    return serving.pid === pid && isAlive(serving) ? serving.address : null
  } catch {
    return null // Gone, or cut off while it was written.
  }
}
