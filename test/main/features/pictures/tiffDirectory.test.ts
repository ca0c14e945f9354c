import { describe, expect, it } from 'vitest'
import { readDirectories, sourceOf } from '../../../../src/main/features/pictures/tiff/tiffDirectory'

/** A directory of entries `tag, type, count, value or offset`, in either order of bytes. */
function tiff(
  isLittle: boolean,
  entries: readonly (readonly [number, number, number, number])[],
  { next = 0, after = Buffer.alloc(0) } = {},
): Buffer {
  const bytes = Buffer.alloc(8 + 2 + entries.length * 12 + 4)
  const short = (value: number, at: number) =>
    isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)
  const long = (value: number, at: number) =>
    isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)
  bytes.write(isLittle ? 'II' : 'MM', 'latin1')
  short(42, 2)
  long(8, 4)
  short(entries.length, 8)
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12
    short(tag, at)
    short(type, at + 2)
    long(count, at + 4)
    long(value, at + 8)
  })
  long(next, 10 + entries.length * 12)
  return Buffer.concat([bytes, after])
}

const read = (bytes: Buffer, most = 10) => readDirectories(sourceOf(bytes), most)

describe('directories of a TIFF', () => {
  it.each([true, false])(
    'are read in both orders of bytes, values in one (little-endian: %s)',
    async (isLittle) => {
      const after = Buffer.alloc(8)
      for (const [i, value] of [28, 10].entries())
        if (isLittle) after.writeUInt32LE(value, 4 * i)
        else after.writeUInt32BE(value, 4 * i)
      const [directory] = await read(tiff(isLittle, [[33437, 5, 1, 26]], { after }))
      const value = directory!.values.get(33437)!
      expect([value.data.readUInt32LE(0), value.data.readUInt32LE(4)]).toEqual([28, 10])
    },
  )

  it('leave out what lies beyond the end, what is too long, and types that nobody knows', async () => {
    const [directory] = await read(
      tiff(true, [
        [270, 2, 40, 9999],
        [271, 2, 0xffffffff, 8],
        [272, 99, 1, 0],
        [315, 2, 3, 0x00006241],
        [0x8769, 4, 1, 5000],
      ]),
    )
    expect([...directory!.values.keys()]).toEqual([315])
    expect(directory!.values.get(315)!.data.toString('latin1')).toBe('Ab\0')
    expect(directory!.inner.size).toBe(0)
  })

  it('are no circle, and no more than asked for', async () => {
    await expect(read(tiff(true, [], { next: 8 }))).rejects.toThrow(/circle/)
    expect(await read(tiff(true, [], { next: 8 }), 1)).toHaveLength(1)
    const round = await read(tiff(true, [[0x8769, 4, 1, 8]]))
    expect(round[0]!.inner.size).toBe(0)
  })

  it('what is cut off, or something else, is refused', async () => {
    await expect(read(Buffer.from('no picture at all'))).rejects.toThrow(RangeError)
    await expect(read(tiff(true, [[270, 2, 1, 0]]).subarray(0, 20))).rejects.toThrow(RangeError)
    await expect(read(Buffer.from('II*\0'))).rejects.toThrow(RangeError)
  })

  it('of a BigTIFF have wider words', async () => {
    const bytes = Buffer.alloc(16 + 8 + 20 + 8)
    bytes.write('II', 'latin1')
    bytes.writeUInt16LE(43, 2)
    bytes.writeUInt16LE(8, 4)
    bytes.writeBigUInt64LE(16n, 8)
    bytes.writeBigUInt64LE(1n, 16)
    bytes.writeUInt16LE(272, 24)
    bytes.writeUInt16LE(2, 26)
    bytes.writeBigUInt64LE(8n, 28)
    bytes.write('Ten-Mil\0', 36, 'latin1')
    const [directory] = await read(bytes)
    expect(directory!.values.get(272)!.data.toString('latin1')).toBe('Ten-Mil\0')
  })
})
