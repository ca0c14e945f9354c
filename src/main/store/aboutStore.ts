import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from './atomicWrite'

/** about.json: what a person calls a run or writes about it. Apart from run.json, which belongs to whoever trains it. */
const aboutSchema = z.object({
  name: z.string().nullable().default(null),
  notes: z.string().default(''),
})
export type About = z.infer<typeof aboutSchema>

const pathIn = (folder: string) => join(folder, 'about.json')

/** One that is missing or damaged says nothing. */
export async function readAbout(folder: string): Promise<About> {
  try {
    return aboutSchema.parse(JSON.parse(await readFile(pathIn(folder), 'utf8')))
  } catch {
    return aboutSchema.parse({})
  }
}

/** One change of a folder's file after the other, or one would be lost. */
const turns = new Map<string, Promise<unknown>>()

/** @throws ExpectedError when it cannot be written */
export async function writeAbout(folder: string, changes: Partial<About>): Promise<void> {
  const next = (turns.get(folder) ?? Promise.resolve()).then(() => writeChanged(folder, changes))
  const settled = next.catch(() => undefined) // For whoever asked.
  turns.set(folder, settled)
  try {
    await next
  } finally {
    if (turns.get(folder) === settled) turns.delete(folder)
  }
}

async function writeChanged(folder: string, changes: Partial<About>): Promise<void> {
  const about = { ...(await readAbout(folder)), ...changes }
  await writeFileAtomic(pathIn(folder), `${JSON.stringify(about, null, 2)}\n`)
}
