import { groupNames } from '../../exporters/keras'
import type { Hdf5Reader } from '../../files/hdf5'
import type { Weight } from '../../models/weights'
import { unreadable } from '../importedModel'
import { type LayerConfig, layersOf, nameOf, type Network, networkOf } from '../layerConfigs'
import { limits } from '../limits'

/** What a file holds for each layer of a network, those of networks within the network too. */
export interface LayerWeights {
  /** Its own, in the order in which Keras makes them. */
  readonly own: Map<LayerConfig, Weight[]>
  /** Of layers that a layer of somebody's own class holds, by their names in it. */
  readonly nested: Map<LayerConfig, ReadonlyMap<string, Weight[]>>
}

const deepest = 8

/** As Keras 3 keeps them in a .keras file: groups are called after the classes of layers, and counted. */
export function weightsOfKeras3(reader: Hdf5Reader, network: Network): LayerWeights {
  const found: LayerWeights = { own: new Map(), nested: new Map() }
  const taken = new Budget()
  const look = (within: Network, path: string, depth: number) => {
    const nameGroup = groupNames()
    for (const layer of layersOf(within)) {
      const here = `${path}/${nameGroup(layer.class_name)}`
      const inner = networkOf(layer)
      if (inner && depth < deepest) look(inner, `${here}/layers`, depth + 1)
      const own = taken.variables(reader, here)
      if (own.length > 0) found.own.set(layer, own)
      const nested = inner ? [] : nestedGroups(reader, here, taken)
      if (nested.length > 0) found.nested.set(layer, new Map(nested))
    }
  }
  look(network, 'layers', 0)
  return found
}

/**
 * All layers that a file holds weights for, by where they are in it: of a model whose own class says how they go together. Last
 * come those of the model itself.
 */
export function weightsByPlace(reader: Hdf5Reader): [string, Weight[]][] {
  const taken = new Budget()
  const listed = byLayerNames(reader, taken)
  const own = listed.length > 0 ? [] : numbersIn(reader, '', taken)
  const found = [
    ...(listed.length > 0 ? listed : nestedGroups(reader, '', taken)),
    ...(own.length > 0 ? [['model', own] as [string, Weight[]]] : []),
  ]
  return found
    .filter(([place]) => !/^\/?optimizer/.test(place))
    .map(([place, weights]) => [
      place.replace(/^\//, '').replaceAll('/layers/', '/').replaceAll('/', '.'),
      weights,
    ])
}

/** Whether a file lists its layers as they follow one another, as Keras 2 did. */
export const listsLayers = (reader: Hdf5Reader): boolean =>
  ['', 'model_weights'].some((root) => reader.texts(root, 'layer_names').length > 0)

/** As .h5 files have them: a list of layers, and for each one of the names of its weights. */
function byLayerNames(reader: Hdf5Reader, taken: Budget): [string, Weight[]][] {
  const root = reader.names('').includes('model_weights') ? 'model_weights' : ''
  const found = new Map<string, Weight[]>()
  const known = new Map<string, Weight>()
  for (const layer of [...reader.texts(root, 'layer_names'), 'top_level_model_weights'])
    for (const name of reader.texts(`${root}/${layer}`, 'weight_names')) {
      const weight = taken.weight(reader, `${root}/${layer}/${name}`)
      // A layer that another one holds is listed with both.
      if (!weight || isSame(known.get(name), weight)) continue
      known.set(name, weight)
      const place = `${layer}/${name.split('/').slice(0, -1).join('/')}`
      found.set(place, [...(found.get(place) ?? []), weight])
    }
  return [...found]
}

const isSame = (a: Weight | undefined, b: Weight) =>
  a?.shape.join() === b.shape.join() && a.data.every((value, i) => value === b.data[i])

/** Layers that a layer holds, wherever it keeps them: as attributes, in lists, or as networks of their own. */
function nestedGroups(reader: Hdf5Reader, path: string, taken: Budget, depth = 0): [string, Weight[]][] {
  if (depth > deepest) return []
  return reader
    .names(path)
    .filter((name) => name !== 'vars')
    .flatMap((name): [string, Weight[]][] => {
      const here = `${path}/${name}`
      const own = numbersIn(reader, here, taken)
      return [
        ...(own.length > 0 ? [[here, own] as [string, Weight[]]] : []),
        ...nestedGroups(reader, here, taken, depth + 1),
      ]
    })
}

/** None where they are no floating-point numbers: the state of a random generator is no weight. */
function numbersIn(reader: Hdf5Reader, group: string, taken: Budget): Weight[] {
  try {
    return taken.variables(reader, group)
  } catch {
    return []
  }
}

/** Counts what is read, since a file may say that it holds more than there is memory for. */
class Budget {
  private left: number = limits.weights

  variables(reader: Hdf5Reader, group: string): Weight[] {
    const weights: Weight[] = []
    for (let weight; (weight = this.weight(reader, `${group}/vars/${weights.length}`));) weights.push(weight)
    return weights
  }

  weight(reader: Hdf5Reader, path: string): Weight | null {
    const weight = reader.dataset(path, this.left)
    this.left -= weight?.data.length ?? 0
    return weight
  }
}

/**
 * As Keras 2 kept them in an .h5 file, and Keras 3 still does: those of a layer and of all that it holds in one list, each
 * with the name of the layer that it belongs to as the last but one part of its own.
 */
export function weightsOfH5(reader: Hdf5Reader, network: Network, file: string): LayerWeights {
  const root = reader.names('').includes('model_weights') ? 'model_weights' : ''
  const found: LayerWeights = { own: new Map(), nested: new Map() }
  const taken = new Budget()
  const byName = new Map<string, LayerConfig>()
  for (const layer of layersOf(network)) {
    const within = layersWithin(layer)
    within.forEach((one) => byName.set(nameOf(one), one))
    const held = new Map<string, Weight[]>()
    for (const name of reader.texts(`${root}/${nameOf(layer)}`, 'weight_names')) {
      const weight = taken.weight(reader, `${root}/${nameOf(layer)}/${name}`)
      if (!weight) throw unreadable(file, `"${name}" of its weights is not in it`)
      const owner = name.split('/').at(-2) ?? nameOf(layer)
      const inner = within.find((one) => nameOf(one) === owner)
      const isElsewhere = !inner && byName.has(owner)
      if (
        isElsewhere ||
        (!inner && networkOf(layer) === null && owner !== nameOf(layer) && !isOwnOnly(reader, root, layer))
      )
        held.set(owner, [...(held.get(owner) ?? []), weight])
      else put(found.own, inner ?? layer, weight)
    }
    if (held.size > 0) found.nested.set(layer, held)
  }
  return found
}

/** Whether all weights of a layer have the same owner, whatever Keras called it: its scope, for example. */
function isOwnOnly(reader: Hdf5Reader, root: string, layer: LayerConfig): boolean {
  const owners = reader
    .texts(`${root}/${nameOf(layer)}`, 'weight_names')
    .map((name) => name.split('/').slice(0, -1).join('/'))
  return new Set(owners).size === 1
}

function put(weights: Map<LayerConfig, Weight[]>, layer: LayerConfig, weight: Weight): void {
  weights.set(layer, [...(weights.get(layer) ?? []), weight])
}

/** A layer itself, and where it is a network all of its layers. */
function layersWithin(layer: LayerConfig, depth = 0): LayerConfig[] {
  const inner = networkOf(layer)
  if (!inner || depth > deepest) return [layer]
  return layersOf(inner).flatMap((one) => layersWithin(one, depth + 1))
}
