import type { ModelPart } from '../../../shared/exporting'
import { activationFacts } from '../../../shared/activations'
import { decodedChannels, hasCode, layerShapes, type ModelSpec, noiseLevels } from '../../../shared/modelSpec'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { parametersOf } from '../models/autoencoder'
import { type Exporter, metadataOf, noCode } from './exporter'
import modelPython from './model.py?raw'

/**
 * weights.safetensors, spec.json and model.py: a torch.nn.Module in which a tied decoder reads the encoder's parameters. Of
 * one half there are the parameters that it reads.
 */
export const pytorchExporter: Exporter = {
  write(model, { part, pixels }) {
    const { spec, weights } = model
    if (part !== 'full' && !hasCode(spec)) throw noCode()
    if (pixels !== 'float') throw new ExpectedError('unsupported', sentence('models.pytorchTakesFloats'))
    const names = namesOf(spec, part)
    const held = Object.fromEntries(names.map((name) => [name, weights[name]!]))
    const shapes = layerShapes(spec)
    const description = {
      hourglass: spec,
      part,
      input: spec.input,
      block: spec.block,
      encoder: spec.encoder,
      decoder: spec.decoder,
      tied: spec.tying === 'tied',
      skips: spec.skips,
      noiseLevel: spec.noiseLevel,
      noiseLevels: noiseLevels(spec),
      removeMean: spec.removeMean,
      output: spec.output,
      reads: shapes.map(({ height, width, channels }) => [height, width, channels]),
      decoded: spec.encoder.map((_, i) => decodedChannels(spec, i, shapes[i]!)),
      shapes: Object.fromEntries(names.map((name) => [name, held[name]!.shape])),
    }
    return [
      { path: 'model.py', content: [Buffer.from(withActivations(modelPython))] },
      { path: 'spec.json', content: [Buffer.from(`${JSON.stringify(description, null, 1)}\n`)] },
      { path: 'weights.safetensors', weights: held, metadata: { format: 'pt', ...metadataOf(model) } },
    ]
  },
}

/** Parameters that a part reads: a tied decoder's kernels are the encoder's. */
function namesOf(spec: ModelSpec, part: ModelPart): string[] {
  const { trained, copies } = parametersOf(spec)
  const isRead = {
    full: () => true,
    encoder: (name: string) => name.startsWith('encoder.'),
    decoder: (name: string) =>
      name.startsWith('decoder.') || (spec.tying === 'tied' && name.endsWith('.kernel')),
  }[part]
  return [...trained, ...copies].map(({ name }) => name).filter(isRead)
}

/** The model's code with PyTorch's functions for all activations. */
const withActivations = (code: string): string =>
  code.replace('ACTIVATIONS = {}', () => {
    const lines = Object.entries(activationFacts).map(([name, { torch }]) => `    "${name}": ${torch},\n`)
    return `ACTIVATIONS = {\n${lines.join('')}}`
  })
