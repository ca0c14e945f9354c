import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const entrySchema = z.object({
  at: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
})
export type RunLogEntry = z.infer<typeof entrySchema>

const shownEntries = 500
const pathIn = (run: string) => join(run, 'log.jsonl')

/** Appends one line to log.jsonl. */
export async function appendLog(run: string, entry: RunLogEntry): Promise<void> {
  await appendFile(pathIn(run), `${JSON.stringify(entry)}\n`)
}

/** The latest entries, in order. A line cut off by a crash is left out. */
export async function readLog(run: string): Promise<RunLogEntry[]> {
  const text = await readFile(pathIn(run), 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(-shownEntries - 1)
    .flatMap((line) => {
      try {
        return [entrySchema.parse(JSON.parse(line))]
      } catch {
        return []
      }
    })
}
