import type { ModelPart } from '../../../shared/exporting'
import { codeSize, hasCode, inputSize, type ModelSpec, noiseLevels } from '../../../shared/modelSpec'
import { mul } from '../graph/ops/arithmetic'
import { pixelBytes } from '../graph/ops/pixelBytes'
import { placeholder } from '../graph/ops/placeholder'
import { reshape } from '../graph/ops/reshape'
import { unitInterval } from '../graph/ops/unitInterval'
import type { GraphFunction } from '../graph/program'
import { BATCH, type Tensor } from '../graph/tensor'
import { createVariable, type Variable } from '../graph/variable'
import { activateOutput, decodeToSums, encode, parametersOf, reconstructToSums } from '../models/autoencoder'
import { type ExportOptions, noCode } from './exporter'

/** The functions of a model as strangers call them, over variables with the names of its parameters. */
export interface PortableModel {
  readonly variables: readonly Variable[]
  /** By part: `full` takes `image` (and `sigma`, batch × noiseLevels, 0-255) and gives `reconstruction`; `encoder` gives `code`; `decoder` takes it. */
  readonly functions: Readonly<Partial<Record<ModelPart, GraphFunction>>>
}

/**
 * Images go in and out as batch × height × width × channels. A tied model has one variable for both sides.
 * @throws ExpectedError `bad-input` for a part that the model does not have
 */
export function portableFunctions(spec: ModelSpec, { part, pixels }: ExportOptions): PortableModel {
  if (part !== 'full' && !hasCode(spec)) throw noCode()
  const { trained, copies } = parametersOf(spec)
  const variables = [...trained, ...copies].map(({ name, shape }) => createVariable(name, shape))
  const parameters = new Map(variables.map((variable) => [variable.name, variable.value]))
  const { height, width, channels } = spec.input
  const shape = [BATCH, height, width, channels]
  const imageIn = () => {
    const fed = placeholder('image', shape, pixels === 'uint8' ? 'uint8' : 'float32')
    return reshape(pixels === 'uint8' ? unitInterval(fed) : fed, [BATCH, inputSize(spec.input)])
  }
  const imageOut = (sums: Tensor) => {
    const image = reshape(activateOutput(spec, sums), shape)
    return pixels === 'uint8' ? pixelBytes(image) : image
  }
  const full = (): GraphFunction => {
    const noiseLevel = spec.noiseLevel
      ? mul(placeholder('sigma', [BATCH, noiseLevels(spec)]), 1 / 255)
      : undefined
    const sums = reconstructToSums(spec, imageIn(), { parameters, noiseLevel })
    return { name: 'full', outputs: { reconstruction: imageOut(sums) } }
  }
  const encoder = (): GraphFunction => ({
    name: 'encoder',
    outputs: { code: encode(spec, imageIn(), { parameters }) },
  })
  const decoder = (): GraphFunction => {
    const code = placeholder('code', [BATCH, codeSize(spec)])
    return { name: 'decoder', outputs: { image: imageOut(decodeToSums(spec, code, { parameters })) } }
  }
  const all = { full, encoder, decoder }
  const wanted: ModelPart[] = part === 'full' && hasCode(spec) ? ['full', 'encoder', 'decoder'] : [part]
  return { variables, functions: Object.fromEntries(wanted.map((name) => [name, all[name]()])) }
}
