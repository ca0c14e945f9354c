/** An uncompressed OpenEXR of 32-bit floats, one part (OpenEXR File Layout). `value` is linear light. */
export function exr(
  width: number,
  height: number,
  channels: readonly string[],
  value: (channel: string, x: number, y: number) => number,
): Buffer {
  const sorted = [...channels].sort()
  const int = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer)
  const float = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer)
  const attribute = (name: string, type: string, data: Buffer) =>
    Buffer.concat([Buffer.from(`${name}\0${type}\0`, 'latin1'), int(data.length), data])
  const list = sorted.map((name) =>
    Buffer.concat([Buffer.from(`${name}\0`, 'latin1'), int(2), Buffer.alloc(4), int(1, 1)]),
  )
  const window = int(0, 0, width - 1, height - 1)
  const header = Buffer.concat([
    int(20_000_630, 2),
    attribute('channels', 'chlist', Buffer.concat([...list, Buffer.alloc(1)])),
    attribute('compression', 'compression', Buffer.from([0])),
    attribute('dataWindow', 'box2i', window),
    attribute('displayWindow', 'box2i', window),
    attribute('lineOrder', 'lineOrder', Buffer.from([0])),
    attribute('pixelAspectRatio', 'float', float(1)),
    attribute('screenWindowCenter', 'v2f', float(0, 0)),
    attribute('screenWindowWidth', 'float', float(1)),
    Buffer.alloc(1),
  ])
  const lineBytes = 4 * width * sorted.length
  const offsets = Buffer.alloc(8 * height)
  const lines = Array.from({ length: height }, (_, y) => {
    offsets.writeBigUInt64LE(BigInt(header.length + offsets.length + y * (8 + lineBytes)), 8 * y)
    const rows = sorted.map((name) => float(...Array.from({ length: width }, (_, x) => value(name, x, y))))
    return Buffer.concat([int(y, lineBytes), ...rows])
  })
  return Buffer.concat([header, offsets, ...lines])
}
