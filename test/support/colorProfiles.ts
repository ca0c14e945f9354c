/** A profile of greys that go with a power of light (ICC.1:2001-04): 1 is light itself. */
export function greyProfile(gamma: number): Buffer {
  const white = xyz(0.9642, 1, 0.8249)
  const curve = Buffer.alloc(16)
  curve.write('curv', 'latin1')
  curve.writeUInt32BE(1, 8)
  curve.writeUInt16BE(Math.round(gamma * 256), 12)
  const description = Buffer.alloc(96)
  description.write('desc', 'latin1')
  description.writeUInt32BE(5, 8)
  description.write('grey', 12, 'latin1')
  const parts = [
    ['desc', description],
    ['wtpt', Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), white])],
    ['kTRC', curve],
  ] as const
  const table = Buffer.alloc(4 + 12 * parts.length)
  table.writeUInt32BE(parts.length)
  let at = 128 + table.length
  for (const [i, [name, { length }]] of parts.entries()) {
    table.write(name, 4 + 12 * i, 'latin1')
    table.writeUInt32BE(at, 8 + 12 * i)
    table.writeUInt32BE(length, 12 + 12 * i)
    at += length
  }
  const head = Buffer.alloc(128)
  head.writeUInt32BE(at)
  head.writeUInt32BE(0x02400000, 8)
  head.write('mntrGRAYXYZ ', 12, 'latin1')
  head.write('acsp', 36, 'latin1')
  white.copy(head, 68)
  return Buffer.concat([head, table, ...parts.map(([, data]) => data)])
}

function xyz(...values: number[]): Buffer {
  const bytes = Buffer.alloc(12)
  for (const [i, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 2 ** 16), 4 * i)
  return bytes
}
