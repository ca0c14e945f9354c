import { tmpdir } from 'node:os'
import { strToU8 } from 'fflate'
import { writeHdf5 } from '../files/hdf5'
import { temporaryFile } from '../files/temporaryFile'
import { zipped } from '../../../shared/zipped'
import { type Exporter, metadataOf } from './exporter'
import tiedLayers from './hourglass_layers.py?raw'
import { layerModel } from './layers/layerModel'
import type { Layer, LayerModel, Output } from './layers/layerStack'

/**
 * One .keras file: a Functional model of Keras's own layers. Where tying is kept, tied layers are called twice, once a side,
 * and their class is in a Python file beside it.
 */
export const kerasExporter: Exporter = {
  async write(exported, { part, tiedAs, scratch = tmpdir() }) {
    const { spec, weights, about } = exported
    const model = layerModel(spec, weights, { part, tiedAs })
    const weightsFile = await temporaryFile(scratch, (path) => writeHdf5(path, weightsByPath(model)))
    const files = {
      'metadata.json': json({ keras_version: '3.0.0', date_saved: about.created ?? '' }),
      // Keras leaves it alone, and so do scripts that train the model on.
      'hourglass.json': json(metadataOf(exported)),
      'config.json': json(functional(model, part)),
      'model.weights.h5': weightsFile,
    }
    const own = model.layers.some(({ type }) => type.startsWith('Tied'))
    return [
      { path: 'model.keras', content: zipped(files) },
      ...(own ? [{ path: 'hourglass_layers.py', content: [Buffer.from(tiedLayers)] }] : []),
    ]
  },
}

const json = (value: unknown) => [strToU8(JSON.stringify(value))]

const registered = (type: string) => (type.startsWith('Tied') ? `hourglass>${type}` : null)

function functional({ layers, inputs, output }: LayerModel, name: string): object {
  const shapes = new Map(inputs.map(({ layer, shape }) => [layer, shape]))
  return {
    // Its own loader looks for it there.
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name,
      trainable: true,
      layers: layers.map((layer) => kerasLayer(layer, shapes)),
      input_layers: inputs.length === 1 ? reference(inputs[0]!) : inputs.map(reference),
      output_layers: reference(output),
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
    compile_config: {},
  }
}

const reference = ({ layer, call }: Output) => [layer, call, 0] as const
const batched = (shape: readonly number[]) => [null, ...shape]

function kerasLayer(layer: Layer, inputs: ReadonlyMap<string, readonly number[]>): object {
  const { name, type, settings, calls } = layer
  const shape = inputs.get(name)
  const own = registered(type)
  return {
    module: own ? 'hourglass_layers' : 'keras.layers',
    class_name: type,
    config: shape
      ? { batch_shape: batched(shape), dtype: 'float32', sparse: false, name }
      : { name, trainable: true, dtype: 'float32', ...settings },
    registered_name: own,
    ...(shape ? {} : { build_config: { input_shape: builtFor(layer) } }),
    name,
    inbound_nodes: calls.map(({ inputs: read, settings: called = {} }) => ({
      args: [joins.has(type) ? read.map(kerasTensor) : kerasTensor(read[0]!)],
      kwargs: called,
    })),
  }
}

/** Layers that take a list. */
const joins = new Set(['Add', 'Concatenate'])

const builtFor = ({ type, calls }: Layer): unknown => {
  const shapes = calls[0]!.inputs.map(({ shape }) => batched(shape))
  return joins.has(type) ? shapes : shapes[0]
}

const kerasTensor = (output: Output): object => ({
  class_name: '__keras_tensor__',
  config: { shape: batched(output.shape), dtype: 'float32', keras_history: reference(output) },
})

function weightsByPath({ layers }: LayerModel) {
  const nameGroup = groupNames()
  return layers.flatMap(({ type, weights }) => {
    const layer = nameGroup(type)
    return Object.values(weights).map((weight, i) => ({
      path: ['layers', layer, 'vars', String(i)],
      ...weight,
    }))
  })
}

/** Where Keras looks for weights: it names layers after their class and counts them, whatever their own names are. */
export function groupNames(): (type: string) => string {
  const counts = new Map<string, number>()
  return (type) => {
    const kind = snakeCase(type)
    const count = counts.get(kind) ?? 0
    counts.set(kind, count + 1)
    return count === 0 ? kind : `${kind}_${count}`
  }
}

const snakeCase = (type: string) =>
  type
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
