import { sharp } from '../../base/sharp'
import { type InputShape, inputSize } from '../../../shared/modelSpec'
import { toImageBatch } from '../../../shared/imageBatch'
import { encodeNpy } from '../../store/npy'
import type { OutputFolder } from '../../store/outputFolder'
import { mapOrdered } from '../../base/mapOrdered'

/** Few enough for any system's limit on open files. */
const filesAtOnce = 16

/** PNG with 8 or 16 bits a channel, or the network's own float32 values as a NumPy array, neither clipped nor rounded. */
export const imageFormats = ['png', 'png16', 'npy'] as const
export type ImageFormat = (typeof imageFormats)[number]

export const extensionOf = (format: ImageFormat): string => (format === 'npy' ? '.npy' : '.png')

/** Writes a file an image. @param values names.length × height × width × channels, 0..1 */
export async function writeImages(
  output: OutputFolder,
  names: readonly string[],
  values: Float32Array,
  shape: InputShape,
  format: ImageFormat = 'png',
): Promise<void> {
  const size = inputSize(shape)
  const write = async ([i, name]: [number, string]) =>
    output.write(name, await encode(values.subarray(i * size, (i + 1) * size), shape, format))
  const written = mapOrdered(names.entries(), write, { width: filesAtOnce })
  while (!(await written.next()).done);
}

async function encode(values: Float32Array, shape: InputShape, format: ImageFormat): Promise<Uint8Array> {
  const { width, height, channels } = shape
  if (format === 'npy') return encodeNpy({ shape: [height, width, channels], data: values })
  const [pixels, space] =
    format === 'png'
      ? [toImageBatch(values, shape).pixels, channels === 1 ? 'b-w' : 'srgb']
      : [to16Bits(values), channels === 1 ? 'grey16' : 'rgb16']
  return sharp(pixels, { raw: { width, height, channels } }).toColourspace(space).png().toBuffer()
}

const to16Bits = (values: Float32Array) =>
  Uint16Array.from(values, (value) => Math.round(65_535 * Math.min(1, Math.max(0, value))))
