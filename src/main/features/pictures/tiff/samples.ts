import { setFloat16 } from '@petamoriken/float16'
import type { Sample } from '../floats'
import type { StoredValues } from './tiffValues'

/** Values as a little-endian TIFF stores them: whole numbers are rounded and stay within their range. */
export function samplesOf(values: StoredValues, { bits, kind }: Sample): Buffer {
  const isPlain =
    values instanceof Float32Array || values instanceof Float64Array
      ? kind === 'float' && bits === 8 * values.BYTES_PER_ELEMENT
      : kind === 'unsigned' && bits === 8 * values.BYTES_PER_ELEMENT
  if (isPlain) return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const bytes = Buffer.alloc((values.length * bits) / 8)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const write = writerOf(view, { bits, kind })
  for (let i = 0; i < values.length; i++) write((i * bits) / 8, values[i]!)
  return bytes
}

function writerOf(view: DataView, { bits, kind }: Sample): (at: number, value: number) => void {
  if (kind === 'float') {
    if (bits === 16) return (at, value) => setFloat16(view, at, value, true)
    if (bits === 64) return (at, value) => view.setFloat64(at, value, true)
    return (at, value) => view.setFloat32(at, value, true)
  }
  const [least, most] = kind === 'signed' ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
  const whole = (value: number) => Math.min(most, Math.max(least, Math.round(value) || 0))
  if (bits === 8) return (at, value) => view.setUint8(at, whole(value) & 0xff)
  if (bits === 16) return (at, value) => view.setUint16(at, whole(value) & 0xffff, true)
  if (bits === 32) return (at, value) => view.setUint32(at, whole(value) >>> 0, true)
  if (bits === 24)
    return (at, value) => {
      const stored = whole(value)
      view.setUint16(at, stored & 0xffff, true)
      view.setUint8(at + 2, (stored >> 16) & 0xff)
    }
  throw new RangeError(`A TIFF of ${kind} values of ${bits} bits cannot be written.`)
}
