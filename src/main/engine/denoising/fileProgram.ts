import type { NodeOf } from '../../../shared/network'
import type { InputShape } from '../../../shared/modelSpec'
import { OnnxFileSession } from '../runtimes/onnx/onnxFileSession'
import type { RestoringInput } from './restoringProgram'

type FileNode = NodeOf<'onnx-file'>

/** Values as a file has them: value · gain + shift of those in 0..1. */
const ranges = {
  '0..1': { gain: 1, shift: 0 },
  '0..255': { gain: 255, shift: 0 },
  '-1..1': { gain: 2, shift: -1 },
} as const

/** An ONNX file that restores images, as it is: one image at a time, on the processor. */
export class FileProgram {
  private constructor(
    private readonly session: OnnxFileSession,
    private readonly node: FileNode,
    private readonly channels: InputShape['channels'],
  ) {}

  /** @throws ExpectedError where ONNX Runtime does not run the file */
  static async open(
    file: string | Uint8Array,
    node: FileNode,
    channels: InputShape['channels'],
    threads?: number,
  ): Promise<FileProgram> {
    return new FileProgram(await OnnxFileSession.open(file, threads), node, channels)
  }

  /** @returns what becomes of each, values where 1 is white, channels last */
  async run(
    given: readonly RestoringInput[],
    { height, width }: { readonly height: number; readonly width: number },
  ): Promise<Float32Array[]> {
    const results: Float32Array[] = []
    for (const { images, sigma } of given)
      results.push(await this.restored(images, Math.hypot(...[sigma].flat()) / 255, { height, width }))
    return results
  }

  private async restored(
    image: Float32Array,
    level: number,
    { height, width }: { readonly height: number; readonly width: number },
  ): Promise<Float32Array> {
    const { node, channels } = this
    const { gain, shift } = ranges[node.range]
    const pixels = height * width
    const isFirst = node.layout === 'channels-first'
    const more = node.level === 'channel' ? 1 : 0
    const all = channels + more
    const data = new Float32Array(pixels * all)
    const at = (pixel: number, channel: number) =>
      isFirst ? channel * pixels + pixel : pixel * all + channel
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let c = 0; c < channels; c++) data[at(pixel, c)] = image[pixel * channels + c]! * gain + shift
      if (more) data[at(pixel, channels)] = level * gain
    }
    const sides = (count: number) => (isFirst ? [1, count, height, width] : [1, height, width, count])
    const feeds = { [node.input]: { shape: sides(all), data } }
    if (node.level === 'map' && node.levelInput)
      feeds[node.levelInput] = { shape: sides(1), data: new Float32Array(pixels).fill(level * gain) }
    if (node.level === 'number' && node.levelInput)
      feeds[node.levelInput] = { shape: [1, 1, 1, 1], data: Float32Array.of(level * gain) }
    const made = await this.session.run(feeds, node.output)
    if (made.length !== pixels * channels)
      throw new Error(`The file gives ${made.length} numbers for an image of ${pixels * channels}.`)
    const result = new Float32Array(pixels * channels)
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let c = 0; c < channels; c++) {
        const value = made[isFirst ? c * pixels + pixel : pixel * channels + c]!
        result[pixel * channels + c] = (value - shift) / gain
      }
    return result
  }

  async dispose(): Promise<void> {
    await this.session.dispose()
  }
}
