import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { InputShape } from '../../../shared/modelSpec'
import type { NodeOf } from '../../../shared/network'
import type { TensorData } from '../graph/tensor'
import type { CompiledProgram, Device } from '../runtimes/runtime'
import { FileProgram } from './fileProgram'

/** An ONNX file that restores images where a program is asked for: it reconstructs, and knows no other function. */
export class CompiledFile implements CompiledProgram {
  readonly device: Device = { id: 'cpu', name: 'CPU', isGpu: false }

  private constructor(
    private readonly program: FileProgram,
    private readonly input: InputShape,
  ) {}

  /** @throws ExpectedError where ONNX Runtime does not run the file */
  static async open(file: string, node: NodeOf<'onnx-file'>, input: InputShape): Promise<CompiledFile> {
    return new CompiledFile(await FileProgram.open(file, node, input.channels), input)
  }

  async run(name: string, { image, sigma }: Readonly<Record<string, TensorData>>) {
    if (name !== 'reconstruct' || !image)
      throw new ExpectedError('unsupported', sentence('models.fileOnlyRestores'))
    const { height, width, channels } = this.input
    const size = height * width * channels
    const given = Array.from({ length: image.data.length / size }, (_, i) => ({
      images: Float32Array.from(image.data.subarray(i * size, (i + 1) * size)),
      sigma: sigma?.data[i] ?? 0,
    }))
    const made = await this.program.run(given, { height, width })
    const data = new Float32Array(image.data.length)
    made.forEach((one, i) => data.set(one, i * size))
    return { output: { shape: image.shape, data } }
  }

  /** It has no variables that anybody could read or set. */
  async read(): Promise<Record<string, Float32Array>> {
    return Promise.resolve({})
  }

  async write(): Promise<void> {
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    return this.program.dispose()
  }
}
