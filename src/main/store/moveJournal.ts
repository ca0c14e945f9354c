import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseJson } from './parseRecord'

/** In the new place, for as long as something may have to be removed from the old one. */
const journalFile = 'move.jsonl'

const headSchema = z.object({ version: z.literal(1), from: z.string() })
const entrySchema = z.object({ path: z.string(), identity: z.string().nullable() })

/**
 * What of a library has been copied to its new place and compared there: a line for each file, appended as it goes. Only
 * what is in it may be removed from the old place. It outlives a crash, so that removing goes on at the next start.
 */
export class MoveJournal {
  private constructor(
    readonly from: string,
    private readonly path: string,
    private readonly entries: Map<string, string>,
    private readonly file: FileHandle,
  ) {}

  /** A new one. */
  static async begin(to: string, from: string): Promise<MoveJournal> {
    const path = join(to, journalFile)
    const file = await open(path, 'w')
    await file.appendFile(`${JSON.stringify({ version: 1, from })}\n`)
    return new MoveJournal(from, path, new Map(), file)
  }

  /** The one of a move that was cut off; null where there is none. */
  static async left(to: string): Promise<MoveJournal | null> {
    const path = join(to, journalFile)
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) return null
    const [head, ...lines] = text.split('\n').map(parseJson)
    const parsed = headSchema.safeParse(head)
    if (!parsed.success) return null
    const entries = new Map<string, string>()
    for (const line of lines) {
      const entry = entrySchema.safeParse(line)
      if (!entry.success) continue // The last line, cut off.
      if (entry.data.identity === null) entries.delete(entry.data.path)
      else entries.set(entry.data.path, entry.data.identity)
    }
    return new MoveJournal(parsed.data.from, path, entries, await open(path, 'a'))
  }

  /** Of a move that came to nothing. */
  static async discard(to: string): Promise<void> {
    await rm(join(to, journalFile), { force: true })
  }

  has = (path: string, identity: string): boolean => this.entries.get(path) === identity

  paths = (): string[] => [...this.entries.keys()]

  async add(path: string, identity: string): Promise<void> {
    this.entries.set(path, identity)
    await this.file.appendFile(`${JSON.stringify({ path, identity })}\n`)
  }

  async forget(path: string): Promise<void> {
    this.entries.delete(path)
    await this.file.appendFile(`${JSON.stringify({ path, identity: null })}\n`)
  }

  sync = (): Promise<void> => this.file.sync()

  /** Nothing has to be removed any more, or not now. */
  async close({ keep }: { keep: boolean }): Promise<void> {
    await this.file.close()
    if (!keep) await rm(this.path, { force: true })
  }
}
