import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { compressors as packaged } from 'hyparquet-compressors'
import { unpackZstd } from '../../store/zstd'

/** Bytes of a page that is unpacked. Writers make pages of a megabyte, and some one of a whole group of rows. */
const mostBytes = 2 ** 28

/** What Node unpacks is faster; LZ4 comes from hyparquet's own package. */
const unpackers: Compressors = {
  ...packaged,
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: length }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: unpackZstd,
}

/** Each unpacks as many bytes as a page says that it has, and no more: a small file may hold pages without end. */
export const parquetCompressors = Object.fromEntries(
  Object.entries(unpackers).map(([codec, unpack]) => [
    codec,
    (bytes: Uint8Array, length: number) => {
      if (length > mostBytes) throw new Error(`a page of ${length} bytes is too large`)
      return unpack(bytes, length)
    },
  ]),
) as Compressors
