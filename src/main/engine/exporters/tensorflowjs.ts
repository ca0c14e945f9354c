import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { toHalf } from '../files/half'
import { bytesOf } from '../../../shared/pieces'
import { type Exporter, metadataOf } from './exporter'
import { layerModel } from './layers/layerModel'
import type { Layer, LayerModel, Output, Setting } from './layers/layerStack'

/** model.json and weights.bin: a layers model that plain `tf.loadLayersModel` takes. */
export const tensorflowjsExporter: Exporter = {
  // It computes slowly, so it gets one image.
  reader: {
    images: 1,
    run: async (folder, inputs) => {
      const { runLayersModel } = await import('../runtimes/runLayersModel')
      return runLayersModel(folder, Object.values(inputs))
    },
  },
  write(exported, { part, precision }) {
    const { spec, weights, about } = exported
    const model = layerModel(spec, weights, { part, tiedAs: 'transposes' })
    const entries = model.layers.flatMap(({ name, weights: own }) =>
      Object.entries(own).map(([variable, weight]) => ({ name: `${name}/${variable}`, ...weight })),
    )
    const description = {
      format: 'layers-model',
      generatedBy: about.made_by ?? 'Hourglass',
      convertedBy: null,
      modelTopology: {
        class_name: 'Functional',
        keras_version: '2.15.0',
        backend: 'tensorflow',
        config: topology(model, part),
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: entries.map(({ name, shape }) => ({
            name,
            shape,
            dtype: 'float32',
            ...(precision === 'float16'
              ? { quantization: { dtype: 'float16', original_dtype: 'float32' } }
              : {}),
          })),
        },
      ],
      userDefinedMetadata: metadataOf(exported),
    }
    return [
      { path: 'model.json', content: [Buffer.from(JSON.stringify(description))] },
      {
        path: 'weights.bin',
        content: entries.map(({ data }) => bytesOf(precision === 'float16' ? toHalf(data) : data)),
      },
    ]
  },
}

function topology({ layers, inputs, output }: LayerModel, name: string): object {
  return {
    name,
    trainable: true,
    layers: layers.map(layerConfig),
    input_layers: inputs.map(reference),
    output_layers: [reference(output)],
  }
}

const reference = ({ layer, call }: Output) => [layer, call, 0] as const

function layerConfig({ name, type, settings, calls, shape }: Layer): object {
  const config: Record<string, Setting | object> = shape
    ? { batch_input_shape: [null, ...shape], dtype: 'float32', sparse: false, name }
    : { name, trainable: true, dtype: 'float32', ...older(type, settings) }
  const inbound = calls.map(({ inputs }) => inputs.map((input) => [...reference(input), {}]))
  return { class_name: type, config, name, inbound_nodes: inbound }
}

/** Settings under the names that they had in Keras 2. */
function older(type: string, settings: Layer['settings']): Layer['settings'] {
  if (type === 'LeakyReLU') return { alpha: settings.negative_slope! }
  // It puts the corners of the small image onto those of the large one, as Keras does not.
  if (type === 'UpSampling2D' && settings.interpolation === 'bilinear')
    throw new ExpectedError('unsupported', sentence('models.tensorflowjsEnlargesOtherwise'))
  return settings
}
