import { open } from 'node:fs/promises'
import { type ByteSource, sourceOf } from './tiffDirectory'

/** Reads parts of a file while `use` goes on. */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await use({
      size,
      read: async (offset, length) => {
        if (offset + length > size) throw new RangeError('The file ends before that.')
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
        if (bytesRead < length) throw new RangeError('The file ends before that.')
        return buffer
      },
    })
  } finally {
    await file.close()
  }
}

/** Reads parts of a file by its path, or of its bytes. */
export const withBytes = <T>(input: Buffer | string, use: (source: ByteSource) => Promise<T>): Promise<T> =>
  typeof input === 'string' ? withFile(input, use) : use(sourceOf(input))
