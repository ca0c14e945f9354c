import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'

/** Of files that this version writes. */
const ownVersion = 1

/** What a text says as JSON. Text that is no JSON, such as a line that a crash cut off, gives null, which no schema of a record takes. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Whether a record says of itself that a later version wrote it. */
export function isFromNewerVersion(value: unknown): boolean {
  const version = z.object({ version: z.number() }).safeParse(value)
  return version.success && version.data.version > ownVersion
}

/**
 * What a file of ours says: JSON that a schema describes.
 *
 * @param what names it in a sentence, such as its path
 * @param advice what a person can do where it is damaged, as a sentence
 * @throws ExpectedError `bad-input` where it is damaged, or was written by a newer version
 */
export function parseRecord<T>(schema: z.ZodType<T>, text: string, what: string, advice: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const why = text.trim() === '' ? sentence('store.isEmpty') : (error as Error).message
    throw new ExpectedError('bad-input', sentence('store.damaged', { what, why, advice }))
  }
  if (isFromNewerVersion(value))
    throw new ExpectedError('bad-input', sentence('store.wasWrittenByNewer', { what }))
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const why = [issue!.path.join('.'), issue!.message].filter(Boolean).join(': ')
  throw new ExpectedError('bad-input', sentence('store.damaged', { what, why, advice }))
}
