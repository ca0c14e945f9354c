import type { ModelSpec } from '../../../shared/modelSpec'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import type { Tensor } from '../graph/tensor'
import type { Variable } from '../graph/variable'
import type { ParameterSet } from '../models/parameters'
import { add, mul, sub } from '../graph/ops/arithmetic'
import { constant } from '../graph/ops/constant'
import { transpose } from '../graph/ops/transpose'
import { biasOf, decoderKernel, encoderKernel, kernelLayers, mirrored } from '../models/autoencoder'

/** A part of the training in which less than the whole model moves: see `pretrainingSchema`. */
export type Stage =
  /** The decoder's kernels move as the encoder's transposes. */
  | { readonly kind: 'tied'; readonly name: string }
  /** Only one layer of the encoder moves, and the layer of the decoder that mirrors it. */
  | { readonly kind: 'layer'; readonly name: string; readonly layer: number }

/** The stages before the whole model is trained, in their order. `name` ends the names of their functions in the program. */
export function stagesOf(spec: ModelSpec, { pretraining }: Pick<TrainingConfig, 'pretraining'>): Stage[] {
  if (!pretraining) return []
  if (pretraining.kind === 'tied') return [{ kind: 'tied', name: 'Tied' }]
  return spec.encoder.map((_, layer) => ({ kind: 'layer', name: `Layer${layer}`, layer }))
}

/**
 * How many stages are over when an epoch begins: as many as there are, once the whole model is trained.
 *
 * @param epoch finished epochs
 * @param over stages that were over before
 */
export function stagesOver(
  stages: number,
  { pretraining }: Pick<TrainingConfig, 'pretraining'>,
  { epoch, epochs, over }: { epoch: number; epochs: number; over: number },
): number {
  if (!pretraining || stages === 0) return stages
  // Each stage has an epoch at least, and so has the whole model.
  const first = Math.min(epochs - 1, Math.max(stages, Math.round(pretraining.share * epochs)))
  const now = epoch >= first ? stages : Math.floor((epoch * stages) / first)
  return Math.max(over, now)
}

/**
 * The parameters that a stage computes with. In a tied one each kernel is the mean of the encoder's and the decoder's
 * transposed: they are the same, and each of them gets half of the gradient, so that they stay the same to the last bit.
 */
export function stageParameters(
  spec: ModelSpec,
  stage: Stage | null,
  parameters: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> {
  if (stage?.kind !== 'tied') return parameters
  const joined = new Map(parameters)
  for (const { layer, type } of kernelLayers(spec)) {
    const decoder = parameters.get(decoderKernel(mirrored(spec, layer)))!
    const other = type === 'dense' ? transpose(decoder) : decoder
    joined.set(encoderKernel(layer), mul(add(parameters.get(encoderKernel(layer))!, other), 0.5))
  }
  return joined
}

/** What the gradient of a parameter, or of a part of one, is multiplied by in a stage. */
export const gradientShare = (stage: Stage | null, part: string): number =>
  stage?.kind === 'tied' && part.split('/')[0]!.endsWith('.kernel') ? 2 : 1

/** Weights after a step as a stage leaves them: layers that it does not train stay as they were, whatever the optimizer does. */
export function heldStill(
  { spec, parameters }: { readonly spec: ModelSpec; readonly parameters: ParameterSet },
  stage: Stage | null,
  before: ReadonlyMap<Variable, Tensor>,
  after: ReadonlyMap<Variable, Tensor>,
): Map<Variable, Tensor> {
  const held = new Map(after)
  if (stage?.kind !== 'layer') return held
  const outwards = mirrored(spec, stage.layer)
  const own = [
    ...[encoderKernel(stage.layer), biasOf('encoder', stage.layer)],
    ...[decoderKernel(outwards), biasOf('decoder', outwards)],
  ]
  for (const variable of parameters.variables) {
    const moves = parameters.elementwise(variable, ({ name }) => (own.includes(name) ? 1 : 0))
    const [was, is] = [before.get(variable)!, after.get(variable)!]
    if (moves === 0) held.set(variable, was)
    if (typeof moves !== 'number')
      held.set(variable, add(was, mul(sub(is, was), constant([moves.length], moves))))
  }
  return held
}
