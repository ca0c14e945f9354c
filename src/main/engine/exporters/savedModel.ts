import { authorSavedModel } from '../runtimes/tensorflow/savedModel'
import { type Exporter, metadataOf } from './exporter'
import { portableFunctions } from './portableFunctions'

/**
 * A TensorFlow SavedModel whose weights are constants. `serving_default` is the part that was asked for; a whole model has
 * `encode` and `decode` beside it, where it has a code.
 */
export const savedModelExporter: Exporter = {
  write(model, options) {
    const { spec, weights } = model
    const { functions } = portableFunctions(spec, options)
    const { full, encoder, decoder } = functions
    const named = [
      { ...functions[options.part]!, name: 'serving_default' },
      ...(encoder && full ? [{ ...encoder, name: 'encode' }] : []),
      ...(decoder && full ? [{ ...decoder, name: 'decode' }] : []),
    ]
    const program = { variables: [], functions: named }
    const { pieces } = authorSavedModel(program, (variable) => weights[variable.name]!.stored)
    const own = Buffer.from(`${JSON.stringify(metadataOf(model), null, 1)}\n`)
    return [
      { path: 'saved_model.pb', content: pieces },
      { path: 'hourglass.json', content: [own] },
    ]
  },
}
