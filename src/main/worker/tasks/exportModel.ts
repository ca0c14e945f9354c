import type { ModelPart } from '../../../shared/exporting'
import { codeSize, hasCode, inputSize } from '../../../shared/modelSpec'
import { exporters } from '../../engine/exporters'
import { explicitWeights } from '../../engine/models/weights'
import { type FileInput, runOnnxFile } from '../../engine/runtimes/onnx/runOnnxFile'
import { randomStream } from '../../engine/training/random'
import { encodeSafetensors, type StoredTensor } from '../../store/safetensors'
import { loadModel, readParameters } from '../loadModel'
import type { ComputeTasks } from '../protocol'

type Export = ComputeTasks['exportModel']

const checkedImages = 4
/** Of values in 0..1, and of bytes: the same sums in another order. */
const tolerance = 1e-5
const byteTolerance = 1

export async function exportModel({
  model,
  format,
  about,
  ...options
}: Export['params']): Promise<Export['result']> {
  const { spec } = model
  const exporter = exporters.get(format)!
  const weights = explicitWeights(spec, await readParameters(model))
  const written = exporter.write({ spec, weights, about }, options)
  const files = written.map((file) => {
    if ('bytes' in file) return file
    const tensors = Object.entries(file.weights).map(([name, { shape, data }]): [string, StoredTensor] => [
      name,
      { dtype: 'F32', shape: [...shape], data },
    ])
    return { path: file.path, bytes: encodeSafetensors(Object.fromEntries(tensors), { ...file.metadata }) }
  })
  if (format === 'onnx') await checkOnnx(files[0]!.bytes, model, options)
  return { files }
}

/** Runs the file, and the model itself, on images of noise. @throws Error where they differ: then the file is not written */
async function checkOnnx(
  bytes: Uint8Array,
  model: Export['params']['model'],
  { part, pixels }: Pick<Export['params'], 'part' | 'pixels'>,
): Promise<void> {
  const { spec } = model
  const { height, width, channels } = spec.input
  const random = randomStream(1)
  const size = inputSize(spec.input)
  const fed = Uint8Array.from({ length: checkedImages * size }, () => random.below(256))
  const image = Float32Array.from(fed, (byte) => byte / 255)
  const code = Float32Array.from({ length: hasCode(spec) ? checkedImages * codeSize(spec) : 0 }, () =>
    random.normal(),
  )
  const sigma = { shape: [checkedImages, 1], data: new Float32Array(checkedImages).fill(25) }
  const imageIn = {
    shape: [checkedImages, height, width, channels],
    data: pixels === 'uint8' ? fed : image,
  }
  const inputsOf: Record<ModelPart, Record<string, FileInput>> = {
    full: { image: imageIn, ...(spec.noiseLevel ? { sigma } : {}) },
    encoder: { image: imageIn },
    decoder: { code: { shape: [checkedImages, code.length / checkedImages], data: code } },
  }
  const inputs = inputsOf[part]
  const found = Object.values(await runOnnxFile(bytes, inputs))[0]!
  const compiled = await loadModel(model, null, { runtime: 'onnx', device: 'cpu' })
  try {
    const flat = { shape: [checkedImages, size], data: image }
    const own = {
      full: () => compiled.run('reconstruct', { image: flat, sigma }).then(({ output }) => output),
      encoder: () => compiled.run('encode', { image: flat }).then(({ code: known }) => known),
      decoder: () =>
        compiled.run('decode', { code: { ...inputs.code!, data: code } }).then(({ image: drawn }) => drawn),
    }
    const expected = (await own[part]())!.data as Float32Array
    const asBytes = found instanceof Uint8Array
    const wrong = found.findIndex((value, i) => {
      const wanted = asBytes ? Math.min(255, Math.max(0, 255 * expected[i]!)) : expected[i]!
      return !(
        Math.abs(value - wanted) <= (asBytes ? byteTolerance : tolerance * Math.max(1, Math.abs(wanted)))
      )
    })
    if (wrong >= 0)
      throw new Error(`The ONNX file gives ${found[wrong]} where the model gives ${expected[wrong]}.`)
  } finally {
    await compiled.dispose()
  }
}
