import { CancelledError, ExpectedError, type ErrorCode } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

/** Why a file is left out, in a person's words. */
export class UnusableImage extends Error {
  override readonly name = 'UnusableImage'
}

const cutOff =
  /premature end|unexpected end|read error|bad seek|truncated|not enough|end of file|treated as error|outside the bounds/i
const notSupported =
  /not supported|not configured|unsupported|unknown|no codec|not implemented|need to use|exceeds channel limit|bad labq/i

/** What a decoder's error means for a person. */
export function damaged(error: unknown): UnusableImage {
  if (error instanceof UnusableImage) return error
  const message = error instanceof Error ? error.message : String(error)
  const why = () => {
    if (isOutOfMemory(error)) return sentence('pictures.noMemory')
    if (cutOff.test(message)) return sentence('pictures.cutOff')
    const [first] = message.split('\n')
    const what = first!.trim().replace(/\.$/, '')
    return sentence(notSupported.test(message) ? 'pictures.cannotBeRead' : 'pictures.damaged', { what })
  }
  return new UnusableImage(why(), { cause: error })
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error &&
  /allocation failed|out of memory|invalid typed array length|invalid array length|cannot allocate/i.test(
    error.message,
  )

/** What goes wrong with these goes wrong with every other picture too. */
const ofAll: readonly ErrorCode[] = ['disk-full', 'runtime-missing', 'bad-usage', 'bad-spec']

/**
 * What went wrong with one picture, as a reason to leave it out: whatever it was, it is no reason to leave out the others.
 *
 * @throws what concerns all pictures: a stop, a disk that is full, a runtime that is not there
 */
export function reasonOf(error: unknown, signal?: AbortSignal): string {
  if (error instanceof UnusableImage) return error.message
  if (error instanceof CancelledError || signal?.aborted) throw error
  if (error instanceof ExpectedError) {
    if (ofAll.includes(error.code)) throw error
    return error.message
  }
  if (isOutOfMemory(error)) return sentence('pictures.noMemory')
  const message = error instanceof Error ? error.message : String(error)
  const what = message.split('\n')[0]!.trim().replace(/\.$/, '')
  return sentence('pictures.hourglassFailed', { what })
}
