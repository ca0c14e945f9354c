import type { Activation } from '../../../../shared/activations'
import { type NetworkBuilder, type NodeDraft, vector } from './networkBuilder'

/** Puts operations into a network one after the other, all under the label of what they are parts of. */
const adder =
  (builder: NetworkBuilder, label: string) =>
  (draft: NodeDraft, ...inputs: string[]) =>
    builder.add(label, draft, inputs)

export const squared = (builder: NetworkBuilder, label: string, value: string): string =>
  builder.add(label, { op: 'mul' }, [value, value])

/** A line that is cut off at 0 and 1. */
export function hardSigmoid(
  builder: NetworkBuilder,
  label: string,
  value: string,
  gain: number,
  shift: number,
): string {
  const add = adder(builder, label)
  return add({ op: 'clip', low: 0, high: 1 }, add({ op: 'affine', gain, shift }, value))
}

/** x · Φ(x), with the error function or with the hyperbolic tangent that comes close (Hendrycks & Gimpel 2016). */
export function gelu(builder: NetworkBuilder, label: string, value: string, isExact: boolean): string {
  const add = adder(builder, label)
  const affine = (gain: number, shift: number, of: string) => add({ op: 'affine', gain, shift }, of)
  const bent = () => {
    const cubic = add({ op: 'mul' }, value, affine(0.044715, 1, squared(builder, label, value)))
    return add({ op: 'activation', activation: 'tanh' }, affine(Math.sqrt(2 / Math.PI), 0, cubic))
  }
  const share = isExact ? add({ op: 'erf' }, affine(Math.SQRT1_2, 0, value)) : bent()
  return add({ op: 'mul' }, value, affine(0.5, 0.5, share))
}

/** In groups of channels, each without its mean and divided by its deviation over all pixels (Wu & He 2018). */
export function groupNormalized(
  builder: NetworkBuilder,
  label: string,
  value: string,
  groups: number,
  { gain, shift, epsilon }: Normalization,
): string {
  const add = adder(builder, label)
  const { channels } = builder.shape(value)
  const count = channels / groups
  const mean = (of: string) => add({ op: 'channel-mean' }, add({ op: 'mean' }, of))
  const parts = Array.from({ length: groups }, (_, group) => {
    const own = groups === 1 ? value : add({ op: 'channels', from: group * count, count }, value)
    const centred = add({ op: 'sub' }, own, mean(own))
    const variance = mean(squared(builder, label, centred))
    return add(
      { op: 'div' },
      centred,
      add({ op: 'sqrt' }, add({ op: 'affine', gain: 1, shift: epsilon }, variance)),
    )
  })
  const joined = groups === 1 ? parts[0]! : builder.add(label, { op: 'concat' }, parts)
  return builder.add(label, { op: 'scale', channels }, [joined], { gain: vector(gain), shift: vector(shift) })
}

/** What each channel of a normalized value is multiplied with, and what is added to it. */
export interface Normalization {
  readonly gain: Float32Array
  readonly shift: Float32Array
  readonly epsilon: number
}

/**
 * Without its mean and divided by its deviation: over each image's pixels, channel by channel (`mean`; Ulyanov et al.
 * 2016), or over the channels of each pixel (`channel-mean`; Ba et al. 2016).
 */
export function normalized(
  builder: NetworkBuilder,
  label: string,
  value: string,
  over: 'mean' | 'channel-mean',
  { gain, shift, epsilon }: Normalization,
): string {
  const add = adder(builder, label)
  const centred = add({ op: 'sub' }, value, add({ op: over }, value))
  const variance = add({ op: over }, squared(builder, label, centred))
  const deviation = add({ op: 'sqrt' }, add({ op: 'affine', gain: 1, shift: epsilon }, variance))
  const scaled = add({ op: 'div' }, centred, deviation)
  const weights = { gain: vector(gain), shift: vector(shift) }
  return builder.add(label, { op: 'scale', channels: gain.length }, [scaled], weights)
}

/** x < 0 ? α · (eˣ - 1) : x, as (1 - α) · ReLU + α · ELU */
export function eluOf(builder: NetworkBuilder, label: string, value: string, alpha: number): string {
  const add = adder(builder, label)
  const of = (activation: 'relu' | 'elu', gain: number) =>
    add({ op: 'affine', gain, shift: 0 }, add({ op: 'activation', activation }, value))
  return add({ op: 'add' }, of('relu', 1 - alpha), of('elu', alpha))
}

/** λ and α of Klambauer et al. 2017. */
const selu = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }

/** Puts an activation into a network. @returns the value that it gives */
type Composite = (builder: NetworkBuilder, label: string, value: string) => string

/** An activation that one of ours gives, and what that is combined with. */
const activation = (name: Activation, builder: NetworkBuilder, label: string, value: string) =>
  builder.add(label, { op: 'activation', activation: name }, [value])
const one =
  (draft: NodeDraft): Composite =>
  (builder, label, value) =>
    builder.add(label, draft, [value])
const times =
  (factor: Composite): Composite =>
  (builder, label, value) =>
    builder.add(label, { op: 'mul' }, [value, factor(builder, label, value)])
const hard: Composite = (builder, label, value) => hardSigmoid(builder, label, value, 1 / 6, 0.5)

/** Activations that are made of others, as Keras 3 defines them, by its names for them. */
export const compositeActivations = {
  selu: (builder, label, value) =>
    builder.add(label, { op: 'affine', gain: selu.scale, shift: 0 }, [
      eluOf(builder, label, value, selu.alpha),
    ]),
  mish: times((builder, label, value) =>
    activation('tanh', builder, label, activation('softplus', builder, label, value)),
  ),
  softsign: (builder, label, value) => {
    const add = adder(builder, label)
    const size = add({ op: 'leaky', slope: -1 }, value)
    return add({ op: 'div' }, value, add({ op: 'affine', gain: 1, shift: 1 }, size))
  },
  silu: times((builder, label, value) => activation('sigmoid', builder, label, value)),
  'hard-silu': times(hard),
  'exact-hard-sigmoid': hard,
  exponential: one({ op: 'function', function: 'exp' }),
  celu: one({ op: 'activation', activation: 'elu' }),
  'log-sigmoid': (builder, label, value) => {
    const turned = (of: string) => builder.add(label, { op: 'affine', gain: -1, shift: 0 }, [of])
    return turned(activation('softplus', builder, label, turned(value)))
  },
  'hard-tanh': one({ op: 'clip', low: -1, high: 1 }),
  'tanh-shrink': (builder, label, value) =>
    builder.add(label, { op: 'sub' }, [value, activation('tanh', builder, label, value)]),
  softmax: shared,
  relu6: one({ op: 'clip', low: 0, high: 6 }),
  gelu: (builder, label, value) => gelu(builder, label, value, true),
} as const satisfies Readonly<Record<string, Composite>>
export type CompositeActivation = keyof typeof compositeActivations

export const isComposite = (name: string): name is CompositeActivation =>
  Object.hasOwn(compositeActivations, name)

/** Softmax over the channels: less the largest, so that no number is beyond what a float holds. */
export function shared(builder: NetworkBuilder, label: string, value: string): string {
  const add = adder(builder, label)
  const { channels } = builder.shape(value)
  const less = add({ op: 'sub' }, value, add({ op: 'peak', over: 'channels' }, value))
  const powers = add({ op: 'function', function: 'exp' }, less)
  const total = add({ op: 'affine', gain: channels, shift: 0 }, add({ op: 'channel-mean' }, powers))
  return add({ op: 'div' }, powers, total)
}
