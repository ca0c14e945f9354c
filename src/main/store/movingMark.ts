import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { writeFileAtomic } from './atomicWrite'
import { currentProcess, isAlive, isCurrent } from './processIdentity'
import { parseJson } from './parseRecord'

/** In a library that is being moved, for other processes: what they would write might stay behind. */
const markFile = 'moving.json'
const markSchema = z.object({ to: z.string(), pid: z.number().int(), startedAt: z.string() })

export async function markMoving(library: string, to: string): Promise<void> {
  await writeFileAtomic(join(library, markFile), JSON.stringify({ to, ...currentProcess() }))
}

export async function unmarkMoving(library: string): Promise<void> {
  await rm(join(library, markFile), { force: true })
}

/** @throws ExpectedError while another process moves the library */
export async function refuseWhileMoving(library: string): Promise<void> {
  const text = await readFile(join(library, markFile), 'utf8').catch(() => null)
  const mark = markSchema.safeParse(text === null ? null : parseJson(text))
  if (!mark.success || isCurrent(mark.data) || !isAlive(mark.data)) return
  throw new ExpectedError('bad-input', sentence('store.libraryBeingMovedWait', { to: mark.data.to }))
}
