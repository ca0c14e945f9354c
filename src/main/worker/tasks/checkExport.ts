import type { ExportedAs, ModelPart } from '../../../shared/exporting'
import { codeSize, hasCode, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { type FileInput, runOnnxFile } from '../../engine/runtimes/onnx/runOnnxFile'
import { runLayersModel } from '../../engine/runtimes/runLayersModel'
import { randomStream } from '../../engine/training/random'
import { compileModel } from '../loadModel'

interface File {
  readonly path: string
  readonly bytes: Uint8Array
}

/** What goes in, in the order of the model's inputs. */
type Inputs = Readonly<Record<string, FileInput>>

/** Runs the files of a format as their readers do. */
type Reader = (files: ReadonlyMap<string, Uint8Array>, inputs: Inputs) => Promise<Float32Array | Uint8Array>

/** Formats whose readers are at hand. TensorFlow.js computes slowly, so it gets one image. */
const readers: Partial<Record<ExportedAs['format'], { images: number; run: Reader }>> = {
  onnx: {
    images: 4,
    run: async (files, inputs) => Object.values(await runOnnxFile(files.get('model.onnx')!, inputs))[0]!,
  },
  tensorflowjs: {
    images: 1,
    run: (files, inputs) =>
      runLayersModel(
        { description: files.get('model.json')!, weights: files.get('weights.bin')! },
        Object.values(inputs),
      ),
  },
}

/** Of values in 0..1, and of bytes: the same sums in another order. */
const tolerance = 1e-5
const byteTolerance = 1

/**
 * Lets the format's own reader run the files, and compares with what the model gives, on images of noise.
 * @param parameters of the model, as the files' precision rounds them
 * @throws Error where they differ: then the files are not written
 */
export async function checkExport(
  files: readonly File[],
  spec: ModelSpec,
  parameters: Readonly<Record<string, Float32Array>>,
  { format, part, pixels }: ExportedAs,
): Promise<void> {
  const reader = readers[format]
  if (!reader) return
  const { all, own } = inputsOf(spec, reader.images, pixels === 'uint8')
  const found = await reader.run(new Map(files.map(({ path, bytes }) => [path, bytes])), all[part])
  const compiled = await compileModel(spec, parameters, null, { runtime: 'onnx', device: 'cpu' })
  try {
    const call = {
      full: () => compiled.run('reconstruct', own).then(({ output }) => output),
      encoder: () => compiled.run('encode', { image: own.image }).then(({ code }) => code),
      decoder: () => compiled.run('decode', { code: own.code }).then(({ image }) => image),
    }
    const expected = (await call[part]())!.data as Float32Array
    const asBytes = found instanceof Uint8Array
    const wrong = found.findIndex((value, i) => {
      const wanted = asBytes ? Math.min(255, Math.max(0, 255 * expected[i]!)) : expected[i]!
      const near = asBytes ? byteTolerance : tolerance * Math.max(1, Math.abs(wanted))
      return !(Math.abs(value - wanted) <= near)
    })
    if (wrong >= 0 || found.length !== expected.length)
      throw new Error(`The ${format} file gives ${found[wrong]} where the model gives ${expected[wrong]}.`)
  } finally {
    await compiled.dispose()
  }
}

/** Images and codes of noise, as a file takes them and as the model itself does. */
function inputsOf(spec: ModelSpec, count: number, asBytes: boolean) {
  const { height, width, channels } = spec.input
  const random = randomStream(1)
  const size = inputSize(spec.input)
  const bytes = Uint8Array.from({ length: count * size }, () => random.below(256))
  const image = Float32Array.from(bytes, (byte) => byte / 255)
  const codes = hasCode(spec) ? codeSize(spec) : 0
  const code = {
    shape: [count, codes],
    data: Float32Array.from({ length: count * codes }, () => random.normal()),
  }
  const sigma = { shape: [count, 1], data: new Float32Array(count).fill(25) }
  const fed = { shape: [count, height, width, channels], data: asBytes ? bytes : image }
  const all: Record<ModelPart, Inputs> = {
    full: spec.noiseLevel ? { image: fed, sigma } : { image: fed },
    encoder: { image: fed },
    decoder: { code },
  }
  return { all, own: { image: { shape: [count, size], data: image }, sigma, code } }
}
