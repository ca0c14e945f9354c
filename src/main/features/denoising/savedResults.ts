import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../../store/makeFolder'
import type { Log } from '../../base/log'
import { parseJson } from '../../store/parseRecord'

/** A file as it was: when its size or date differs, it is another one. */
const stampSchema = z.object({ bytes: z.number(), modifiedMs: z.number() })
export type Stamp = z.infer<typeof stampSchema>

const lineSchema = z.object({
  original: z.string(),
  stamp: stampSchema,
  /** What was set. */
  settings: z.string(),
  result: z.string(),
  resultStamp: stampSchema,
  /** It is a copy of the original: there was nothing to remove. */
  isUnchanged: z.boolean().optional(),
})
export type SavedResult = z.infer<typeof lineSchema>

const mostLines = 100_000

/** Null where there is none. */
export async function stampOf(path: string): Promise<Stamp | null> {
  try {
    const { size, mtimeMs } = await stat(path)
    return { bytes: size, modifiedMs: mtimeMs }
  } catch {
    return null
  }
}

export const isSame = (a: Stamp | null, b: Stamp | null): boolean =>
  a !== null && b !== null && a.bytes === b.bytes && a.modifiedMs === b.modifiedMs

/**
 * denoised.jsonl: results that were written, so that a second run leaves out what is done, and knows its own files. Read
 * when it is first asked for.
 */
export class SavedResults {
  private readonly path: string
  private loaded: Promise<Map<string, SavedResult>> | null = null

  constructor(
    folder: string,
    private readonly log: Log,
  ) {
    this.path = join(folder, 'denoised.jsonl')
  }

  /** What was made of an original as it is now, in just that way; null where that is gone or has been changed. */
  async find(original: string, stamp: Stamp, settings: string, result: string): Promise<SavedResult | null> {
    const known = (await this.byResult()).get(result)
    if (!known || known.original !== original || known.settings !== settings) return null
    if (!isSame(known.stamp, stamp)) return null
    return isSame(known.resultStamp, await stampOf(result)) ? known : null
  }

  /** Whether a file is what was made of that original, and nobody has touched it since. */
  async isOwn(result: string, original: string | null): Promise<boolean> {
    const known = (await this.byResult()).get(result)
    if (!known || (original !== null && known.original !== original)) return false
    return isSame(known.resultStamp, await stampOf(result))
  }

  async add(saved: SavedResult): Promise<void> {
    const byResult = await this.byResult()
    byResult.set(saved.result, saved)
    try {
      await makeFolder(join(this.path, '..'))
      await appendFile(this.path, `${JSON.stringify(saved)}\n`)
    } catch (error) {
      this.log.warn(`That a picture is done could not be noted: ${(error as Error).message}`)
    }
  }

  private byResult(): Promise<Map<string, SavedResult>> {
    return (this.loaded ??= read(this.path))
  }
}

async function read(path: string): Promise<Map<string, SavedResult>> {
  const byResult = new Map<string, SavedResult>()
  const text = await readFile(path, 'utf8').catch(() => '')
  for (const line of text.split('\n').slice(-mostLines)) {
    const parsed = lineSchema.safeParse(parseJson(line))
    if (parsed.success) byResult.set(parsed.data.result, parsed.data)
  }
  return byResult
}
