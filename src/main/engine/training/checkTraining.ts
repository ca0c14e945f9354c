import { checkPretraining } from '../../../shared/checkPretraining'
import { ExpectedError } from '../../../shared/errors'
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
    throw new ExpectedError(
      'bad-usage',
      `The model is told the sigma of gaussian noise, which ${noise.kind} noise does not have. Choose gaussian or camera noise, or a model without a noise level.`,
    )
  if (spec.lossOver === 'corrupted' && !noise)
    throw new ExpectedError(
      'bad-usage',
      'Without noise no pixel is corrupted, and the loss counts nothing. Add noise, or set lossOver to "all".',
    )
  if (compressible !== null && (!hasCode(spec) || spec.network))
    throw new ExpectedError(
      'bad-usage',
      'Only an autoencoder with a code can be trained for small codes, and this model has none. Choose another preset, or leave --compressible out.',
    )
  if (averageDecay > 0 && (spec.tying === 'copied' || spec.tying === 'pseudo-inverse'))
    throw new ExpectedError(
      'bad-usage',
      `An average of the weights has no decoder that is ${spec.tying}. Switch the average off, or choose a tied or untied decoder.`,
    )
}

/** @throws ExpectedError `bad-spec` where images are not what the model takes, whole or in patches */
export function checkImages(source: PixelSource, spec: ModelSpec, { patches }: TrainingConfig): void {
  if (patches) return checkPatches(source, spec)
  const { rowBytes } = targetsOf(source)
  if (rowBytes === inputSize(spec.input)) return
  throw new ExpectedError(
    'bad-spec',
    `The model takes ${inputSize(spec.input)} values an image, the dataset has ${rowBytes}. Import the images at the model's size, or leave the input out of the spec.`,
  )
}

/** @throws ExpectedError `bad-spec` where images are smaller than the patches to be cut out of them */
function checkPatches({ shape }: PixelSource, { input }: ModelSpec): void {
  const fits =
    shape && shape.height >= input.height && shape.width >= input.width && shape.channels === input.channels
  if (!fits)
    throw new ExpectedError(
      'bad-spec',
      `Patches of ${input.width} × ${input.height} cannot be cut out of these images. Import them larger, or choose smaller patches.`,
    )
}
