import { ExpectedError } from './errors'
import { sentence } from './texts/sentence'
import type { ModelSpec } from './modelSpec'
import { onnxFileOf } from './network'
import type { TrainingConfig } from './trainingConfig'

/** @throws ExpectedError `bad-usage` for a model that cannot be trained in these stages, `unsupported` for one that cannot be trained at all */
export function checkPretraining(
  spec: ModelSpec,
  { pretraining }: Pick<TrainingConfig, 'pretraining'>,
): void {
  if (spec.network && onnxFileOf(spec.network))
    throw new ExpectedError('unsupported', sentence('models.fileNotTrained'))
  if (!pretraining) return
  const isMirrored = spec.decoder === 'mirror' && !spec.network
  if (pretraining.kind === 'tied' && !(isMirrored && spec.tying === 'untied' && !spec.noiseLevel))
    throw new ExpectedError('bad-usage', sentence('shared.trainTiedFirstUntied'))
  const isPlain =
    isMirrored &&
    !spec.skips &&
    !spec.removeMean &&
    !spec.output.residual &&
    spec.loss !== 'ssim-mae' &&
    spec.encoder.every(({ type }) => type === 'dense')
  if (pretraining.kind === 'layerwise' && !(isPlain && (spec.tying === 'tied' || spec.tying === 'untied')))
    throw new ExpectedError('bad-usage', sentence('shared.layerByLayerOnly'))
}
