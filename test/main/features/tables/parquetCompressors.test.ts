import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parquetCompressors } from '../../../../src/main/features/tables/parquetCompressors'

/** Zeros in blocks that say one byte and how often it comes (RFC 8878, RLE_Block). */
function zstandardZeros(count: number): Uint8Array {
  const blockSize = 2 ** 17
  const blocks = Math.ceil(count / blockSize)
  const heads = Array.from({ length: blocks }, (_, i) => {
    const size = Math.min(blockSize, count - i * blockSize)
    const head = (size << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0)
    return [head & 255, (head >> 8) & 255, (head >> 16) & 255, 0]
  })
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, ...heads.flat()])
}

const packers = {
  GZIP: gzipSync,
  BROTLI: brotliCompressSync,
  ZSTD: (zeros: Uint8Array) => zstandardZeros(zeros.length),
}

describe.each(Object.entries(packers))('a page packed by %s', (codec, pack) => {
  const unpack = parquetCompressors[codec as keyof typeof packers]!

  test('is unpacked', () =>
    expect(Buffer.from(unpack(pack(new Uint8Array(5000)), 5000))).toEqual(Buffer.alloc(5000)))

  test('gives no more than it says', () => {
    let bytes = 0
    try {
      bytes = unpack(pack(new Uint8Array(2 ** 24)), 1000).length
    } catch (error) {
      expect((error as Error).message).toMatch(/larger than 1000 bytes/)
    }
    expect(bytes).toBeLessThanOrEqual(1000)
  })

  test('is refused where it says too much', () =>
    expect(() => unpack(pack(new Uint8Array(10)), 2 ** 30)).toThrow(
      'a page of 1073741824 bytes is too large',
    ))
})
