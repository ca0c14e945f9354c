import type { ImportHints, ValueRange } from '../../../../shared/importing'
import { modelSpecSchema } from '../../../../shared/modelSpec'
import { type Network, type NetworkNode, readsNoiseLevel, sharesKernels } from '../../../../shared/network'
import type { Weight } from '../../models/weights'
import { type ImageRanges, type ImportedModel, unsupported } from '../importedModel'
import { largestBias } from '../valueRange'
import { aboutHalf, type Half } from './halves'
import type { NetworkBuilder } from './networkBuilder'
import { withSharedKernels } from './sharedKernels'

/** Values of images as a network takes them: value · gain + shift of those in 0..1. */
const ranges = {
  '0..1': { gain: 1, shift: 0 },
  '0..255': { gain: 255, shift: 0 },
  '-1..1': { gain: 2, shift: -1 },
} as const

/**
 * A model out of a network that has been put together.
 * @param about what its file says of it
 * @param half of an autoencoder that was completed, with its code
 * @throws ExpectedError `unsupported`
 */
export function modelOfNetwork(
  builder: NetworkBuilder,
  output: string,
  { notes, ...about }: Pick<ImportedModel, 'name' | 'about' | 'notes'>,
  hints: ImportHints,
  half?: { readonly kind: Half; readonly code: string },
): ImportedModel {
  const { image } = builder
  // A network that changes nothing has an operation all the same.
  const last =
    output === 'image' ? builder.add('unchanged', { op: 'affine', gain: 1, shift: 0 }, [output]) : output
  const read = builder.network(last)
  const whole = half ? { ...read, code: half.code } : read
  const { network, weights } = withSharedKernels(whole, builder.weights)
  const guess = guessRanges(network, weights)
  const taken = hints.range ? { given: hints.range, made: hints.range } : guess
  const spec = modelSpecSchema.safeParse({
    ...{ input: image, encoder: [], decoder: 'convolution', tying: 'untied' },
    network: inUnitRange(network, taken),
    noiseLevel: readsNoiseLevel(network),
  })
  if (!spec.success) throw unsupported(`${spec.error.issues[0]!.message}`)
  const told = [
    ...notes,
    half
      ? aboutHalf(half.kind)
      : 'It is used as it stands, operation by operation: its second half does not mirror the first.',
    ...(sharesKernels(network) ? [sharedKernelsNote] : []),
    ...(hints.range ? [] : describeRanges(guess)),
  ]
  const model = { ...about, spec: spec.data, weights, notes: told, ranges: taken }
  return half ? { ...model, half: half.kind } : model
}

const sharedKernelsNote =
  'Layers of it share a kernel (tied weights, or a layer that is used twice): it is one, and stays one in training.'

export const severalImages = (count: number, taken: string): string =>
  `The network gives ${count} images, of which "${taken}" is taken.`

function describeRanges({ given, made }: ImageRanges): readonly string[] {
  if (given === '0..1' && made === '0..1') return []
  const which =
    given === made
      ? `Its images are assumed to be in ${given}, by its output.`
      : `It is assumed to take images in ${given}, by what it does to them first, and to give them in ${made}.`
  return [`${which} Say so if they are in another range.`]
}

/** The same network for images in 0..1. */
function inUnitRange({ nodes, output, code }: Network, { given, made }: ImageRanges): Network {
  if (given === '0..1' && made === '0..1') return { nodes, output, code }
  const [before, after] = [ranges[given], ranges[made]]
  const affine = (name: string, input: string, by: { gain: number; shift: number }): NetworkNode => ({
    ...{ op: 'affine', name, inputs: [input] },
    ...by,
  })
  const fed = { image: 'image.range', sigma: 'sigma.range' } as const
  const renamed = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (Object.hasOwn(fed, name) ? fed[name as keyof typeof fed] : name)),
  }))
  const hasSigma = renamed.some(({ inputs }) => inputs.includes(fed.sigma))
  return {
    nodes: [
      affine(fed.image, 'image', before),
      // A spread is not shifted.
      ...(hasSigma ? [affine(fed.sigma, 'sigma', { gain: before.gain, shift: 0 })] : []),
      ...renamed,
      affine('output.range', output, { gain: 1 / after.gain, shift: -after.shift / after.gain }),
    ],
    output: 'output.range',
    code,
  }
}

/** Below this a factor makes levels of bytes small, and above its inverse it makes them large again. */
const smallGain = 0.05

/** A network that begins by making bytes small takes bytes, whatever it gives; else both are alike. */
function guessRanges(network: Network, weights: Readonly<Record<string, Weight>>): ImageRanges {
  const made = guessRange(network, weights)
  const readers = network.nodes.filter(({ inputs }) => inputs.includes('image'))
  const takesBytes =
    readers.length > 0 &&
    readers.every((node) => node.op === 'affine' && node.gain !== 0 && Math.abs(node.gain) < smallGain)
  return { given: takesBytes ? '0..255' : made, made }
}

/** By the operation that the output comes from, as far as that says it. */
function guessRange({ nodes, output }: Network, weights: Readonly<Record<string, Weight>>): ValueRange {
  let node = nodes.find(({ name }) => name === output)
  while (
    node &&
    (node.op === 'unflatten' || node.op === 'shuffle' || node.op === 'flatten' || node.op === 'clip')
  ) {
    if (node.op === 'clip')
      return node.low < -0.5 ? '-1..1' : node.high > 1.5 && node.high < 300 ? '0..255' : '0..1'
    const [before] = node.inputs
    node = nodes.find(({ name }) => name === before)
  }
  if (node?.op === 'activation' && node.activation === 'tanh') return '-1..1'
  if (node?.op === 'affine' && Math.abs(node.gain) > 1 / smallGain) return '0..255'
  const bias = node && weights[`${node.name}.bias`]?.data
  if (!bias) return '0..1'
  return bias.reduce((sum, value) => sum + Math.abs(value), 0) / bias.length > largestBias ? '0..255' : '0..1'
}
