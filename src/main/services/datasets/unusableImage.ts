/** Why a file is left out, in a person's words. */
export class UnusableImage extends Error {
  override readonly name = 'UnusableImage'
}

/** What the decoder's message means for a person. */
export function damaged(error: unknown): UnusableImage {
  const message = error instanceof Error ? error.message : String(error)
  if (
    /premature end|unexpected end|read error|bad seek|truncated|not enough|end of file|treated as error/i.test(
      message,
    )
  ) {
    return new UnusableImage('The file is cut off or damaged. Copy it again from where it came.', {
      cause: error,
    })
  }
  return new UnusableImage(`The file is damaged: ${message.split('\n')[0]!.trim()}.`, { cause: error })
}
