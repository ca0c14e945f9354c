import type { ExportedAs, ModelPart } from '../../../../shared/exporting'
import { codeSize, hasCode, inputSize, type ModelSpec, noiseLevels } from '../../../../shared/modelSpec'
import { type ExportReader, type FileInputs, noCode } from '../../../engine/exporters/exporter'
import { randomStream } from '../../../engine/training/random'
import { compileModel } from '../../../worker/loadModel'

/** Of values in 0..1, and of bytes: the same sums in another order. */
const tolerance = 1e-5
const byteTolerance = 1

/** Lets the format's own reader run the files in a folder. @throws Error where they give something else than the model */
export type ExportCheck = (folder: string) => Promise<void>

/**
 * Lets the model compute images of noise, so that its weights are no longer needed when the files are checked.
 * @param parameters of the model, as the files' precision rounds them
 * @throws ExpectedError `bad-input` for a part that the model does not have
 */
export async function prepareCheck(
  spec: ModelSpec,
  parameters: Readonly<Record<string, Float32Array>>,
  { format, part, pixels }: ExportedAs,
  reader: ExportReader,
): Promise<ExportCheck> {
  if (part !== 'full' && !hasCode(spec)) throw noCode()
  const { all, own } = inputsOf(spec, reader.images, pixels === 'uint8')
  const expected = await computed(spec, parameters, part, own)
  return async (folder) => {
    const found = await reader.run(folder, all[part])
    const asBytes = found instanceof Uint8Array
    const wrong = found.findIndex((value, i) => {
      const wanted = asBytes ? Math.min(255, Math.max(0, 255 * expected[i]!)) : expected[i]!
      const near = asBytes ? byteTolerance : tolerance * Math.max(1, Math.abs(wanted))
      return !(Math.abs(value - wanted) <= near)
    })
    if (wrong >= 0 || found.length !== expected.length)
      throw new Error(`The ${format} file gives ${found[wrong]} where the model gives ${expected[wrong]}.`)
  }
}

async function computed(
  spec: ModelSpec,
  parameters: Readonly<Record<string, Float32Array>>,
  part: ModelPart,
  inputs: ReturnType<typeof inputsOf>['own'],
): Promise<Float32Array> {
  const target = { runtime: 'onnx', device: 'cpu' } as const
  const compiled = await compileModel(spec, parameters, null, target, { isBrief: true })
  try {
    const call = {
      full: () => compiled.run('reconstruct', inputs).then(({ output }) => output),
      encoder: () => compiled.run('encode', { image: inputs.image }).then(({ code }) => code),
      decoder: () => compiled.run('decode', { code: inputs.code }).then(({ image }) => image),
    }
    return (await call[part]())!.data as Float32Array
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
  const levels = noiseLevels(spec) || 1
  const sigma = { shape: [count, levels], data: new Float32Array(count * levels).fill(25) }
  const fed = { shape: [count, height, width, channels], data: asBytes ? bytes : image }
  const all: Record<ModelPart, FileInputs> = {
    full: spec.noiseLevel ? { image: fed, sigma } : { image: fed },
    encoder: { image: fed },
    decoder: { code },
  }
  return { all, own: { image: { shape: [count, size], data: image }, sigma, code } }
}
