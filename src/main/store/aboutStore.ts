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

/** @throws ExpectedError when it cannot be written */
export async function writeAbout(folder: string, changes: Partial<About>): Promise<void> {
  const about = { ...(await readAbout(folder)), ...changes }
  await writeFileAtomic(pathIn(folder), `${JSON.stringify(about, null, 2)}\n`)
}
