import { ExpectedError } from '../../../shared/errors'
import type { ModelSpec } from '../../../shared/modelSpec'
import { portableFunctions } from '../exporters/portableFunctions'
import { mul, sub } from '../graph/ops/arithmetic'
import { constant } from '../graph/ops/constant'
import { conv2d } from '../graph/ops/convolution/conv2d'
import { reduceMean } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { sqrt, square } from '../graph/ops/unary'
import { type GraphFunction, inputsOf } from '../graph/program'
import { BATCH } from '../graph/tensor'
import type { Variable } from '../graph/variable'

/** Side of the patches over which errors are averaged, as part of the shorter side of an image. */
const patchPart = 1 / 16
/** Of the mean that is nearly a maximum: 2³. */
const doublings = 3

export interface PortableDetector {
  readonly variables: readonly Variable[]
  readonly fn: GraphFunction
}

/**
 * A model that says of images how odd they are: takes `image`, batch × height × width × channels in 0..1, and gives
 * `anomaly_map`, batch × height × width, the squared error of the reconstruction averaged over patches, and `score` [batch],
 * the eighth root of the mean of its eighth power, which the worst patch rules.
 *
 * @throws ExpectedError `unsupported` for a model that has to be told how noisy an image is
 */
export function portableDetector(spec: ModelSpec): PortableDetector {
  if (spec.noiseLevel)
    throw new ExpectedError(
      'unsupported',
      'This model has to be told how noisy an image is, so it cannot tell odd images by itself. Choose an autoencoder with a code.',
    )
  const { variables, functions } = portableFunctions(spec, {
    ...{ part: 'full', pixels: 'float', precision: 'float32', tiedAs: 'transposes' },
  })
  const full = functions.full!
  const image = inputsOf(full).get('image')!
  const { height, width } = spec.input
  const errors = reduceMean(square(sub(full.outputs.reconstruction!, image)), [3])
  const side = Math.max(1, Math.min(15, Math.round(patchPart * Math.min(height, width)) | 1))
  const kernel = constant([side, side, 1, 1], new Array<number>(side * side).fill(1 / (side * side)))
  const map = reshape(conv2d(reshape(errors, [BATCH, height, width, 1]), kernel), [BATCH, height, width])
  // Large enough for float32: errors of thousandths to the eighth power are not.
  let powers = mul(map, scale)
  for (let i = 0; i < doublings; i++) powers = square(powers)
  let score = reduceMean(powers, [1, 2])
  for (let i = 0; i < doublings; i++) score = sqrt(score)
  const outputs = { anomaly_map: map, score: mul(score, 1 / scale) }
  return { variables, fn: { name: 'detect', outputs } }
}

const scale = 100
