import { CancelledError, ExpectedError, type ErrorCode } from '../../../shared/errors'

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
  const sentence = () => {
    if (isOutOfMemory(error)) return tooLarge
    if (cutOff.test(message)) return 'The file is cut off or damaged. Copy it again from where it came.'
    const [first] = message.split('\n')
    const what = first!.trim().replace(/\.$/, '')
    if (notSupported.test(message)) return `It cannot be read: ${what}. Save it as PNG or TIFF first.`
    return `The file is damaged: ${what}.`
  }
  return new UnusableImage(sentence(), { cause: error })
}

const tooLarge = 'There is not enough memory for a picture of this size. Cut it or scale it down first.'

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
  if (isOutOfMemory(error)) return tooLarge
  const message = error instanceof Error ? error.message : String(error)
  return `Hourglass failed at this picture: ${message.split('\n')[0]!.trim().replace(/\.$/, '')}. Save it in another format and try again.`
}
