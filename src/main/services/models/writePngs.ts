import sharp from 'sharp'
import { type InputShape, inputSize } from '../../../shared/modelSpec'
import { toImageBatch } from '../../engine/imaging/imageBatch'
import type { OutputFolder } from '../../store/outputFolder'
import { mapOrdered } from '../datasets/mapOrdered'

/** Few enough for any system's limit on open files. */
const filesAtOnce = 16

/** Writes images as PNG files of their own size. @param values names.length × height × width × channels, 0..1 */
export async function writePngs(
  output: OutputFolder,
  names: readonly string[],
  values: Float32Array,
  shape: InputShape,
): Promise<void> {
  const { pixels } = toImageBatch(values, shape)
  const size = inputSize(shape)
  const write = async ([i, name]: [number, string]) =>
    output.write(name, await encodePng(pixels.subarray(i * size, (i + 1) * size), shape))
  const written = mapOrdered(names.entries(), write, { width: filesAtOnce })
  while (!(await written.next()).done);
}

function encodePng(pixels: Uint8Array, { width, height, channels }: InputShape): Promise<Buffer> {
  const space = channels === 1 ? 'b-w' : 'srgb'
  return sharp(pixels, { raw: { width, height, channels } }).toColourspace(space).png().toBuffer()
}
