import type { ImportHints, ValueRange } from '../../../../shared/importing'
import { modelSpecSchema } from '../../../../shared/modelSpec'
import { type Network, type NetworkNode, readsNoiseLevel } from '../../../../shared/network'
import type { Weight } from '../../models/weights'
import { type ImportedModel, unsupported } from '../importedModel'
import { largestBias } from '../valueRange'
import type { NetworkBuilder } from './networkBuilder'

/** Values of images as a network takes them: value · gain + shift of those in 0..1. */
const ranges = {
  '0..1': { gain: 1, shift: 0 },
  '0..255': { gain: 255, shift: 0 },
  '-1..1': { gain: 2, shift: -1 },
} as const

/**
 * A model out of a network that has been put together.
 * @param about what its file says of it
 * @throws ExpectedError `unsupported`
 */
export function modelOfNetwork(
  builder: NetworkBuilder,
  output: string,
  { notes, ...about }: Pick<ImportedModel, 'name' | 'about' | 'notes'>,
  hints: ImportHints,
): ImportedModel {
  const { weights, image } = builder
  const network = builder.network(output)
  const guess = guessRange(network, weights)
  const range = hints.range ?? guess
  const spec = modelSpecSchema.safeParse({
    ...{ input: image, encoder: [], decoder: 'convolution', tying: 'untied' },
    network: inUnitRange(network, range),
    noiseLevel: readsNoiseLevel(network),
  })
  if (!spec.success) throw unsupported(`${spec.error.issues[0]!.message}`)
  const told = [
    ...notes,
    'It is used as it stands, operation by operation: its second half does not mirror the first.',
    ...(hints.range || guess === '0..1'
      ? []
      : [`Its images are assumed to be in ${guess}, by its output. Say so if they are in another range.`]),
  ]
  return { ...about, spec: spec.data, weights, notes: told }
}

/** The same network for images in 0..1. */
function inUnitRange({ nodes, output, code }: Network, range: ValueRange): Network {
  if (range === '0..1') return { nodes, output, code }
  const { gain, shift } = ranges[range]
  const affine = (name: string, input: string, by: { gain: number; shift: number }): NetworkNode => ({
    ...{ op: 'affine', name, inputs: [input] },
    ...by,
  })
  const given = { image: 'image.range', sigma: 'sigma.range' } as const
  const renamed = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) =>
      Object.hasOwn(given, name) ? given[name as keyof typeof given] : name,
    ),
  }))
  const hasSigma = renamed.some(({ inputs }) => inputs.includes(given.sigma))
  return {
    nodes: [
      affine(given.image, 'image', { gain, shift }),
      // A spread is not shifted.
      ...(hasSigma ? [affine(given.sigma, 'sigma', { gain, shift: 0 })] : []),
      ...renamed,
      affine('output.range', output, { gain: 1 / gain, shift: -shift / gain }),
    ],
    output: 'output.range',
    code,
  }
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
  const bias = node && weights[`${node.name}.bias`]?.data
  if (!bias) return '0..1'
  return bias.reduce((sum, value) => sum + Math.abs(value), 0) / bias.length > largestBias ? '0..255' : '0..1'
}
