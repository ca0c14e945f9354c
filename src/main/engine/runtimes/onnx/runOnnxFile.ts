import * as ort from 'onnxruntime-node'

/** One input of a model that is a file: float32 values, or bytes. */
export interface FileInput {
  readonly shape: readonly number[]
  readonly data: Float32Array | Uint8Array
}

/** What an .onnx file computes on the processor, read as any other program reads it. @throws Error when it is none */
export async function runOnnxFile(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, FileInput>>,
): Promise<Record<string, Float32Array | Uint8Array>> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    // It runs once: kernels need not be laid out anew, which takes their size in memory again.
    enableCpuMemArena: false,
    extra: { session: { disable_prepacking: '1' } },
  })
  try {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => [
        name,
        data instanceof Uint8Array
          ? new ort.Tensor('uint8', data, shape)
          : new ort.Tensor('float32', data, shape),
      ]),
    )
    const results = await session.run(feeds)
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, data.slice() as Float32Array | Uint8Array]),
    )
  } finally {
    await session.release()
  }
}
