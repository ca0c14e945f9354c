import { codeSize, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { gradients } from '../graph/autodiff'
import { maximum, minimum, mul, sub } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import { reduceSum } from '../graph/ops/reduce'
import { square } from '../graph/ops/unary'
import type { Program } from '../graph/program'
import { BATCH } from '../graph/tensor'
import { createVariable } from '../graph/variable'
import { activateOutput, decodeToSums, encode, parametersOf } from '../models/autoencoder'
import { ParameterSet } from '../models/parameters'

/**
 * A model as a codec calls it. B is a batch, D = height × width × channels.
 *
 * - `encode`: `image` float32 B×D → `code` B×codeSize; `decode`: `code` → `image`
 * - `pull`: `code`, `target` B×D → `image` B×D, and `pull` B×codeSize: half the negative derivative of the squared error of the
 *   image, clipped to 0..1, by the code
 */
export function buildCodecProgram(spec: ModelSpec): { program: Program; parameters: ParameterSet } {
  const { trained, copies } = parametersOf(spec)
  const parameters = new ParameterSet(trained)
  const copied = copies.map(({ name, shape }) => createVariable(name, shape))
  const tensors = parameters.tensors(parameters.stored((variable) => variable.value))
  for (const copy of copied) tensors.set(copy.name, copy.value)
  const options = { parameters: tensors }
  const inputs = inputSize(spec.input)
  const image = placeholder('image', [BATCH, inputs])
  const code = placeholder('code', [BATCH, codeSize(spec)])
  const decoded = activateOutput(spec, decodeToSums(spec, code, options))
  const place = placeholder('code', [BATCH, codeSize(spec)])
  const target = placeholder('target', [BATCH, inputs])
  const drawn = activateOutput(spec, decodeToSums(spec, place, options))
  const clipped = maximum(minimum(drawn, 1), 0)
  const error = reduceSum(square(sub(clipped, target)))
  const [slope] = gradients(error, [place])
  return {
    parameters,
    program: {
      variables: [...parameters.variables, ...copied],
      functions: [
        { name: 'encode', outputs: { code: encode(spec, image, options) } },
        { name: 'decode', outputs: { image: decoded } },
        { name: 'pull', outputs: { drawn, pull: mul(slope!, -0.5) } },
      ],
    },
  }
}
