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
