import * as zlib from 'node:zlib'
import { decompressZstd } from 'hyparquet-compressors'

/** Newer versions of Node know Zstandard too, and are faster. */
const { zstdDecompressSync } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer
}

/** Unpacks what Zstandard has packed. @param length bytes that come out at most @throws Error for what is damaged */
export const unpackZstd = (bytes: Uint8Array, length: number): Uint8Array =>
  zstdDecompressSync
    ? zstdDecompressSync(bytes, { maxOutputLength: length })
    : decompressZstd(bytes, new Uint8Array(length))
