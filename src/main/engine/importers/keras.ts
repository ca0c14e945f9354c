import type { ImportHints } from '../../../shared/importing'
import { z } from 'zod'
import { ExpectedError } from '../../../shared/errors'
import { readHdf5 } from '../files/hdf5'
import { transposed, type Weight } from '../models/weights'
import { type ImportedModel, parseJson, unreadable } from './importedModel'
import { assumedNotes } from './assumedActivations'
import { replaceCustomLayers } from './keras/customLayers'
import {
  type LayerWeights,
  listsLayers,
  weightsByPlace,
  weightsOfH5,
  weightsOfKeras3,
} from './keras/layerWeights'
import { kerasLines } from './keras/weightLines'
import { type LayerConfig, layersOf, nameOf, type Network, networkSchema } from './layerConfigs'
import { modelOfLayers } from './modelOfLayers'
import { ownModel } from './ownSpec'
import { convolutionChains, orderedReadings } from './torch/convolutionChain'
import { importStateDict, ofConvolutions } from './torch/stateDict'
import { sentence } from '../../../shared/texts/sentence'

/** Names in a .keras file; `own` is there where Hourglass wrote it. */
export const kerasFiles = {
  config: 'config.json',
  weights: 'model.weights.h5',
  own: 'hourglass.json',
} as const
const files = kerasFiles

/**
 * A .keras file: our own, or any other.
 * @param parts of the zip, by the names in `kerasFiles`
 * @throws ExpectedError
 */
export async function importKeras(
  parts: ReadonlyMap<string, Uint8Array>,
  file: string,
  hints: ImportHints,
): Promise<ImportedModel> {
  const weights = parts.get(files.weights)
  if (!weights) throw unreadable(file, `it has no ${files.weights}`)
  const isWhole = networkSchema.safeParse(parseJson(parts.get(files.config)!, file, `${files.config} in it`))
  if (!isWhole.success) return modelOfWeights(weights, file, hints)
  const network = isWhole.data
  const own = parts.has(files.own)
    ? parsed(parts.get(files.own), z.record(z.string(), z.unknown()), file, files.own)
    : {}
  let layers: LayerWeights
  try {
    layers = await readHdf5(weights, (reader) => weightsOfKeras3(reader, network))
  } catch (error) {
    throw unreadable(file, `its weights cannot be read (${(error as Error).message})`, error)
  }
  return modelOfKeras(network, layers, own, file, hints)
}

/**
 * The weights of a model of somebody's own class, which says in its code how its layers follow one another: dense layers in
 * the order that their shapes allow.
 */
async function modelOfWeights(bytes: Uint8Array, file: string, hints: ImportHints): Promise<ImportedModel> {
  const { found, isListed } = await readHdf5(bytes, (reader) => ({
    found: weightsByPlace(reader),
    isListed: listsLayers(reader),
  })).catch((error: unknown) => {
    throw unreadable(file, `its weights cannot be read (${(error as Error).message})`, error)
  })
  if (found.some(([, weights]) => weights.some(({ shape }) => shape.length === 4)))
    return ofConvolutionWeights(found, isListed, file, hints)
  const tensors = found.flatMap(([place, weights]) => {
    const isLayer = weights
      .map(({ shape }) => shape.length)
      .join()
      .match(/^2(,1)?$/)
    return weights.map(({ shape, data }, i): [string, Weight] => {
      if (!isLayer) return [`${place}.own_${i}`, { shape, data }]
      if (shape.length === 1) return [`${place}.bias`, { shape, data }]
      const [reads, units] = shape as [number, number]
      return [`${place}.weight`, { shape: [units, reads], data: transposed(data, reads, units) }]
    })
  })
  if (tensors.length === 0 || tensors.some(([, { shape }]) => shape.length < 1 || shape.length > 2))
    throw notInLine(file)
  const model = importStateDict(tensors, false, file, hints)
  return {
    ...model,
    notes: [
      `${file} is a model of a class of its own, whose code is not in it: its dense layers are taken one after the other.`,
      ...model.notes,
    ],
  }
}

const notInLine = (file: string) => unreadable(file, sentence('importing.notInLine'))

/** Convolutions in an order that their shapes allow, with strides and padding that fit. */
function ofConvolutionWeights(
  found: readonly [string, Weight[]][],
  isListed: boolean,
  file: string,
  hints: ImportHints,
): ImportedModel {
  const lines = kerasLines(found, isListed)
  if (lines.length === 0) throw notInLine(file)
  return ofConvolutions(convolutionChains(orderedReadings(lines), file, hints, 'keras'), file, hints)
}

/** Types and policies of layers that compute in half precision. */
const inHalf = /"(?:mixed_)?float16"/

/** @param own what Hourglass says of a model that it wrote */
function modelOfKeras(
  network: Network,
  weights: LayerWeights,
  own: Readonly<Record<string, unknown>>,
  file: string,
  hints: ImportHints,
): ImportedModel {
  const weightsOf = (layer: LayerConfig) => weights.own.get(layer) ?? []
  const byName = new Map(layersOf(network).map((layer) => [nameOf(layer), layer]))
  const known = ownModel(own, (name) => weightNamed(name, byName, weightsOf), file)
  if (known) return known
  const isHalf = layersOf(network).some(({ config }) => inHalf.test(JSON.stringify(config.dtype ?? '')))
  const { notes, assumes } = replaceCustomLayers(network, weights, hints)
  const model = modelOfLayers(network, weightsOf, hints)
  return {
    ...model,
    ...(isHalf ? { isHalf } : {}),
    assumes,
    notes: [...notes, ...assumedNotes(assumes, hints), ...model.notes],
  }
}

/**
 * An .h5 file of Keras 2, or of Keras 3 as Keras 2 wrote them.
 * @throws ExpectedError
 */
export async function importKerasH5(
  bytes: Uint8Array,
  file: string,
  hints: ImportHints,
): Promise<ImportedModel> {
  let read: { network: Network; layers: LayerWeights } | null
  try {
    read = await readHdf5(bytes, (reader) => {
      const [text] = reader.texts('', 'model_config')
      if (text === undefined) {
        if (weightsByPlace(reader).length > 0) return null
        throw unreadable(file, sentence('importing.noDescription'))
      }
      const whole = networkSchema.safeParse(parseJson(Buffer.from(text), file, 'model_config in it'))
      if (!whole.success) return null
      const network = whole.data
      return { network, layers: weightsOfH5(reader, network, file) }
    })
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    throw unreadable(file, `its weights cannot be read (${(error as Error).message})`, error)
  }
  if (!read) return modelOfWeights(bytes, file, hints)
  return modelOfKeras(read.network, read.layers, {}, file, hints)
}

function parsed<T>(bytes: Uint8Array | undefined, schema: z.ZodType<T>, file: string, name: string): T {
  if (!bytes) throw unreadable(file, `it has no ${name}`)
  const json = parseJson(bytes, file, `${name} in it`)
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw unreadable(
    file,
    `${name} in it describes no chain of layers; models of a class of their own have their code elsewhere`,
  )
}

/** encoder.0.kernel is the first weight of the layer encoder_0; a tied layer has the bias of the decoder as its third. */
export function weightNamed(
  name: string,
  layers: ReadonlyMap<string, LayerConfig>,
  weightsOf: (layer: LayerConfig) => readonly Weight[],
): Weight | null {
  const [side, at, what] = name.split('.') as [string, string, string]
  const layer = layers.get(`${side}_${at}`)
  if (layer) return weightsOf(layer)[what === 'kernel' ? 0 : 1] ?? null
  if (side !== 'decoder' || what !== 'bias') return null
  const count = [...layers.keys()].filter((key) => /^encoder_\d+$/.test(key)).length
  const mirror = layers.get(`encoder_${count - 1 - Number(at)}`)
  return (mirror && weightsOf(mirror)[2]) ?? null
}
