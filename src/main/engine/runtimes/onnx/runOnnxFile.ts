import { fromHalf, toHalf } from '../../files/half'
import { ort } from './library'

/** One input of a model that is a file: float32 values, or bytes. */
export interface FileInput {
  readonly shape: readonly number[]
  readonly data: Float32Array | Uint8Array
}

/** What an .onnx file computes on the processor, by its path or its bytes. @throws Error when it is none */
export async function runOnnxFile(
  file: string | Uint8Array,
  inputs: Readonly<Record<string, FileInput>>,
): Promise<Record<string, Float32Array | Uint8Array>> {
  const results = await runOnnxFileWithShapes(file, inputs)
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data]))
}

/**
 * The same, with the shape of each output.
 * @param precision of floating-point numbers as the file takes them; what it gives in half precision is float32 here
 */
export async function runOnnxFileWithShapes(
  file: string | Uint8Array,
  inputs: Readonly<Record<string, FileInput>>,
  precision: 'float32' | 'float16' = 'float32',
): Promise<Record<string, FileInput>> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    // It runs once: kernels need not be laid out anew, which takes their size in memory again.
    enableCpuMemArena: false,
    extra: { session: { disable_prepacking: '1' } },
    // What is wrong with a stranger's file is said by whoever runs it.
    logSeverityLevel: 4,
  }
  const session = await (typeof file === 'string'
    ? ort.InferenceSession.create(file, options)
    : ort.InferenceSession.create(file, options))
  try {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => [
        name,
        data instanceof Uint8Array
          ? new ort.Tensor('uint8', data, shape)
          : precision === 'float16'
            ? new ort.Tensor('float16', toHalf(data), shape)
            : new ort.Tensor('float32', data, shape),
      ]),
    )
    const results = await session.run(feeds)
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data, type }]) => [
        name,
        {
          shape: [...dims],
          data:
            type === 'float16'
              ? fromHalf(Uint16Array.from(data as Uint16Array))
              : (data.slice() as Float32Array | Uint8Array),
        },
      ]),
    )
  } finally {
    await session.release()
  }
}
