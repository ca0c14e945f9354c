import { ExpectedError } from '../../../../shared/errors'
import { ort } from './library'
import { sentence } from '../../../../shared/texts/sentence'

/** An ONNX file that was made elsewhere, loaded once and run many times on the processor. Dispose of it when done. */
export class OnnxFileSession {
  private constructor(private readonly session: ort.InferenceSession) {}

  /** @throws ExpectedError where ONNX Runtime does not know what is in it */
  static async open(file: string | Uint8Array, threads?: number): Promise<OnnxFileSession> {
    const options: ort.InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      // What one tile took is given back before the next one.
      enableCpuMemArena: false,
      logSeverityLevel: 4,
      ...(threads ? { intraOpNumThreads: threads } : {}),
    }
    try {
      const session = await (typeof file === 'string'
        ? ort.InferenceSession.create(file, options)
        : ort.InferenceSession.create(file, options))
      return new OnnxFileSession(session)
    } catch (error) {
      throw new ExpectedError('unsupported', sentence('models.fileNotRun'), { cause: error })
    }
  }

  /** @returns the numbers of one output. @throws Error where the file does not take such inputs */
  async run(
    inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>,
    output: string,
  ): Promise<Float32Array> {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => [name, new ort.Tensor('float32', data, shape)]),
    )
    const results = await this.session.run(feeds, [output])
    const { type, data } = results[output]!
    if (type !== 'float32') throw new Error(`The file gives ${type} where floats are expected.`)
    return data.slice() as Float32Array
  }

  async dispose(): Promise<void> {
    await this.session.release()
  }
}
