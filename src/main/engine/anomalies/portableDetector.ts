import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { InputShape, ModelSpec } from '../../../shared/modelSpec'
import { portableFunctions } from '../exporters/portableFunctions'
import { applyOperation, type Operation } from '../graph/operation'
import { placeholder } from '../graph/ops/placeholder'
import type { GraphFunction } from '../graph/program'
import { BATCH } from '../graph/tensor'
import type { DetectorState } from './detector'
import { OnnxMath } from './portable/onnxMath'
import type { Asked } from './reconstructing'
import { asksFor, portableScore } from './portable/portableScore'

export interface PortableDetector {
  readonly fn: GraphFunction
  /** Values of constants, by the names of their variables, once `fn` is written. */
  readonly large: ReadonlyMap<string, Float32Array>
}

/** Narrower images have no four sizes of detail. */
const leastSide = 8

/**
 * A detector that says of images how odd they are, for a file: takes `image`, batch × height × width × channels in 0..1, and
 * gives `anomaly_map`, batch × height × width, 0 where a place is usual and 0.5 where it is as odd as the threshold, and
 * `score` [batch], the one that the detector gives to images that it was not fitted on. Only ONNX can say it.
 *
 * @throws ExpectedError `unsupported` for a model that has to be told how noisy an image is, if the score needs it
 */
export function portableDetector(spec: ModelSpec, state: DetectorState): PortableDetector {
  const { height, width, channels } = spec.input
  if (Math.min(height, width) < leastSide && state.measures.names.includes('appearance'))
    throw new ExpectedError(
      'unsupported',
      sentence('anomalies.tooNarrowToExport', { width, height, least: leastSide }),
    )
  const asked = asksFor(state)
  if (spec.noiseLevel && (asked.output || asked.codes))
    throw new ExpectedError('unsupported', sentence('anomalies.needsNoiseLevel'))
  const { functions } = portableFunctions(spec, {
    part: 'full',
    pixels: 'float',
    precision: 'float32',
    tiedAs: 'transposes',
  })
  const large = new Map<string, Float32Array>()
  const inputs = [placeholder('image', [BATCH, height, width, channels])]
  if (asked.output) inputs.push(functions.full!.outputs.reconstruction!)
  if (asked.codes) inputs.push(functions.encoder!.outputs.code!)
  const { outputs } = applyOperation(scoresOperation, inputs, { state, asked, large, shape: spec.input })
  const [anomaly_map, score] = outputs
  return { fn: { name: 'detect', outputs: { anomaly_map: anomaly_map!, score: score! } }, large }
}

interface ScoresAttributes {
  readonly state: DetectorState
  readonly asked: Asked
  readonly large: Map<string, Float32Array>
  readonly shape: InputShape
}

/** Sorting and nearest neighbours are in no graph that is trained, so that they are written as ONNX alone. */
const scoresOperation: Operation<ScoresAttributes> = {
  name: 'anomalyScores',
  infer: (_, { shape }) => [
    { shape: [BATCH, shape.height, shape.width], dtype: 'float32' },
    { shape: [BATCH], dtype: 'float32' },
  ],
  tensorflow: () => {
    throw new Error('anomalyScores: only ONNX has this operation.')
  },
  onnx: (emit, [image, ...others], { attributes: { state, asked, large, shape } }) => {
    const reconstruction = asked.output ? others.shift() : undefined
    const code = asked.codes ? others.shift() : undefined
    const { map, score } = portableScore(
      new OnnxMath(emit, large),
      { image: image!, reconstruction, code },
      state,
      shape,
    )
    return [map, score]
  },
}
