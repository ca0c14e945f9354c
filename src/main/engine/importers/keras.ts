import type { ImportHints } from '../../../shared/importing'
import { z } from 'zod'
import { type Hdf5Reader, readHdf5 } from '../files/hdf5'
import { groupNames } from '../exporters/keras'
import type { Weight } from '../models/weights'
import { type ImportedModel, parseJson, unreadable } from './importedModel'
import { type LayerConfig, layersOf, nameOf, type Network, networkOf, networkSchema } from './layerConfigs'
import { limits } from './limits'
import { modelOfLayers } from './modelOfLayers'
import { ownModel } from './ownSpec'

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
  const network = parsed(parts.get(files.config), networkSchema, file, files.config)
  const own = parts.has(files.own)
    ? parsed(parts.get(files.own), z.record(z.string(), z.unknown()), file, files.own)
    : {}
  const weights = parts.get(files.weights)
  if (!weights) throw unreadable(file, `it has no ${files.weights}`)
  let layers: Map<LayerConfig, Weight[]>
  try {
    layers = await readHdf5(weights, (reader) => weightsOfLayers(reader, network))
  } catch (error) {
    throw unreadable(file, `its weights cannot be read (${(error as Error).message})`, error)
  }
  const weightsOf = (layer: LayerConfig) => layers.get(layer) ?? []
  const byName = new Map(layersOf(network).map((layer) => [nameOf(layer), layer]))
  const weightOf = (name: string) => weightNamed(name, byName, weightsOf)
  return ownModel(own, weightOf, file) ?? modelOfLayers(network, weightsOf, hints)
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

const deepest = 8

/** Weights of all layers, those of networks within the network too. */
function weightsOfLayers(reader: Hdf5Reader, network: Network): Map<LayerConfig, Weight[]> {
  const found = new Map<LayerConfig, Weight[]>()
  let left = limits.weights
  const look = (within: Network, path: string, depth: number) => {
    const nameGroup = groupNames()
    for (const layer of layersOf(within)) {
      const here = `${path}/${nameGroup(layer.class_name)}`
      const inner = networkOf(layer)
      if (inner && depth < deepest) look(inner, `${here}/layers`, depth + 1)
      const weights: Weight[] = []
      for (let weight; (weight = reader.dataset(`${here}/vars/${weights.length}`, left));) {
        left -= weight.data.length
        weights.push(weight)
      }
      if (weights.length > 0) found.set(layer, weights)
    }
  }
  look(network, 'layers', 0)
  return found
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
