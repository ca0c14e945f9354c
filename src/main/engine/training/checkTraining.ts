import { checkPretraining } from '../../../shared/checkPretraining'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { hasCode, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { isTold, noiseParts } from '../../../shared/noise'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { targetsOf } from './pairedImages'
import type { PixelSource } from './pixelSource'

/** @throws ExpectedError `bad-usage` for settings that do not go together */
export function checkTraining(spec: ModelSpec, config: TrainingConfig): void {
  const { noise, averageDecay, compressible } = config
  checkPretraining(spec, config)
  if (spec.noiseLevel && noise && !noiseParts(noise).some(({ kind }) => isTold(kind)))
    throw new ExpectedError('bad-usage', sentence('training.otherNoiseThanTold', { kind: noise.kind }))
  if (spec.lossOver === 'corrupted' && !noise)
    throw new ExpectedError('bad-usage', sentence('training.nothingCorrupted'))
  if (compressible !== null && (!hasCode(spec) || spec.network))
    throw new ExpectedError('bad-usage', sentence('training.noCodeToCompress'))
  if (averageDecay > 0 && (spec.tying === 'copied' || spec.tying === 'pseudo-inverse'))
    throw new ExpectedError('bad-usage', sentence('training.averageWithoutDecoder', { tying: spec.tying }))
}

/** @throws ExpectedError `bad-spec` where images are not what the model takes, whole or in patches */
export function checkImages(source: PixelSource, spec: ModelSpec, { patches }: TrainingConfig): void {
  if (patches) return checkPatches(source, spec)
  const { rowBytes } = targetsOf(source)
  if (rowBytes === inputSize(spec.input)) return
  throw new ExpectedError(
    'bad-spec',
    sentence('training.imagesOfOtherSize', { takes: inputSize(spec.input), has: rowBytes }),
  )
}

/** @throws ExpectedError `bad-spec` where images are smaller than the patches to be cut out of them */
function checkPatches({ shape }: PixelSource, { input }: ModelSpec): void {
  const fits =
    shape && shape.height >= input.height && shape.width >= input.width && shape.channels === input.channels
  if (!fits)
    throw new ExpectedError(
      'bad-spec',
      sentence('training.patchesTooLarge', { width: input.width, height: input.height }),
    )
}
