import { decodedChannels, layerShapes } from '../../../shared/modelSpec'
import { ExpectedError } from '../../../shared/errors'
import { parametersOf } from '../models/autoencoder'
import { type Exporter, metadataOf } from './exporter'
import modelPython from './model.py?raw'

/** weights.safetensors, spec.json and model.py: a torch.nn.Module in which a tied decoder reads the encoder's parameters. */
export const pytorchExporter: Exporter = {
  format: 'pytorch',
  write(model, { part, pixels }) {
    const { spec, weights } = model
    if (part !== 'full' || pixels !== 'float')
      throw new ExpectedError(
        'unsupported',
        'A PyTorch export is whole and takes floats: its module has encode and decode, and images / 255 are floats.',
      )
    const { trained, copies } = parametersOf(spec)
    const names = [...trained, ...copies].map(({ name }) => name)
    const held = Object.fromEntries(names.map((name) => [name, weights[name]!]))
    const shapes = layerShapes(spec)
    const description = {
      hourglass: spec,
      input: spec.input,
      block: spec.block,
      encoder: spec.encoder,
      decoder: spec.decoder,
      tied: spec.tying === 'tied',
      skips: spec.skips,
      noiseLevel: spec.noiseLevel,
      removeMean: spec.removeMean,
      output: spec.output,
      reads: shapes.map(({ height, width, channels }) => [height, width, channels]),
      decoded: spec.encoder.map((_, i) => decodedChannels(spec, i, shapes[i]!)),
      shapes: Object.fromEntries(names.map((name) => [name, held[name]!.shape])),
    }
    return [
      { path: 'model.py', content: [Buffer.from(modelPython)] },
      { path: 'spec.json', content: [Buffer.from(`${JSON.stringify(description, null, 1)}\n`)] },
      { path: 'weights.safetensors', weights: held, metadata: { format: 'pt', ...metadataOf(model) } },
    ]
  },
}
