import type { ForeignActivation, ImportHints } from '../../../../shared/importing'
import { ExpectedError } from '../../../../shared/errors'
import { transposed, type Weight } from '../../models/weights'
import { activationStep, type Chain, type Step } from '../chain'
import type { ImportedModel } from '../importedModel'
import { modelOfChain } from '../mirrorOf'
import type { Half } from '../network/halves'
import { networkOfChain } from '../network/networkOfChain'
import { keepsTies, withTies } from '../network/sharedKernels'
import { type ConvolutionChains, convolutionChains, torchReadings } from './convolutionChain'
import { denseOrder } from './denseOrder'
import { knownRestorer } from './knownRestorers'
import { modulesBetween, refused, type State, type StateLayer, stateLayers } from './stateLayers'
import { sentence } from '../../../../shared/texts/sentence'

type Dense = Extract<Step, { kind: 'dense' }>

/**
 * The network of a state_dict of PyTorch: dense layers in the order in which each reads what the one before gives. What lies
 * between them is not in such a file: activations are assumed, and can be said.
 *
 * @param isOrdered whether the tensors come in the order in which the network has its layers
 * @throws ExpectedError `unsupported`
 */
export function importStateDict(
  tensors: Iterable<readonly [string, Weight]>,
  isOrdered: boolean,
  file: string,
  hints: ImportHints,
): ImportedModel {
  const { layers: all, loose } = stateLayers(tensors, file)
  const layers = all.filter((layer) => layer.kind !== 'norm' || layer.gain.length > 0)
  const convolution = layers.find(({ kind }) => kind === 'conv')
  const restorer = knownRestorer(layers, file, hints)
  if (restorer) return restorer
  if (convolution)
    return ofConvolutions(
      convolutionChains(torchReadings({ layers, loose }, isOrdered), file, hints),
      file,
      hints,
    )
  const order = denseOrder(layers, isOrdered)
  if (!order) throw refused(sentence('importing.noOrder', { file, layers: described(layers) }))
  const { layers: dense, half } = withOtherHalf(folded(order.layers), loose)
  const steps = withActivations(dense, hints)
  const chain: Chain = {
    ...{ name: null, input: dense[0]!.kernel.shape[0]!, flatOrder: 'channels-first' as const },
    ...{ steps, residual: null },
  }
  const model = modelOf(chain, hints)
  return {
    ...model,
    proved: false,
    assumes: { hidden: true, output: true },
    ...(half === 'decoder' ? { half } : {}),
    notes: [
      ...aboutSpread(order.left),
      ...(half ? [aboutOtherHalf[half]] : []),
      ...model.notes,
      ...aboutActivations(hints),
    ],
  }
}

const aboutOtherHalf: Readonly<Record<Half, string>> = {
  encoder:
    'The file holds no kernels of a decoder: it is taken for one that reads those of the encoder, transposed. If the decoder is another one, the codes are right and the images are not, until it is trained here.',
  decoder:
    'The file holds a decoder alone: the encoder is taken to read its kernels, transposed. The images that it makes of codes are right, and the codes of images are not, until it is trained here.',
}

function modelOf(chain: Chain, hints: ImportHints): ImportedModel {
  try {
    const mirror = modelOfChain(chain, hints)
    return keepsTies(mirror) ? mirror : withTies(mirror, () => networkOfChain(chain, hints))
  } catch (error) {
    if (!(error instanceof ExpectedError) || error.code !== 'unsupported') throw error
    return networkOfChain(chain, hints)
  }
}

const residuals = ['subtracted', null, 'added'] as const

/** @throws ExpectedError `unsupported` where several ways are as usual, and no reference is there to tell them apart */
export function ofConvolutions(chains: ConvolutionChains, file: string, hints: ImportHints): ImportedModel {
  const { count, isClear, isRestorer, left, mayLeaveOut, half, isTied } = chains
  const kinds = isRestorer ? residuals : ([null] as const)
  const { arrangement } = hints
  if (!isClear && arrangement === undefined)
    throw refused(sentence('importing.stridesUnknown', { file, count }))
  const forms = mayLeaveOut ? 2 : 1
  const at = Math.floor((arrangement ?? 0) / forms)
  const residual = kinds[at % kinds.length]!
  // A network that keeps the size of images gives an image or its noise: its output is an activation of neither.
  const said = isRestorer ? { ...hints, output: hints.output ?? ('linear' as const) } : hints
  const leavesOut = (arrangement ?? 0) % forms === 1
  const chain = chains.chain(Math.floor(at / kinds.length), residual, leavesOut)
  const steps = isRestorer ? chain.steps.slice(0, -1) : chain.steps
  const model = half ? networkOfChain(chain, said, half) : modelOf({ ...chain, steps }, said)
  return {
    ...model,
    proved: false,
    arrangements: Math.min(most, count) * kinds.length * forms,
    assumes: { hidden: true, output: !isRestorer && half !== 'encoder' },
    notes: [
      `Strides and padding of convolutions are not in ${file}: they are taken to be what fits its shapes${count > 1 ? ` and is usual, of ${count} ways` : ''}.`,
      ...aboutSpread(left),
      ...(isTied ? [aboutOtherHalf.encoder] : []),
      ...(residual && arrangement === undefined
        ? [
            'It is taken for a network that gives the noise, which is subtracted from the image (as DnCNN does).',
          ]
        : []),
      ...model.notes,
      ...aboutActivations(said),
    ],
  }
}

const aboutSpread = (left: readonly string[]) =>
  left.map((name) => `"${name}" is taken for the spread of a code, and left out: the code is its mean.`)

/** Ways that are compared with a reference. */
const most = 16

const described = (layers: readonly StateLayer[]) =>
  layers
    .flatMap((layer) =>
      layer.kind === 'norm' ? [] : [`${layer.name}: ${layer.kernel.shape.toReversed().join(' → ')}`],
    )
    .slice(0, 6)
    .join(', ')

/** Normalisations as parts of the layers before them, or, where an activation lies between, of those after them. */
function folded(layers: readonly StateLayer[]): Dense[] {
  const dense: Dense[] = []
  let waiting: Extract<StateLayer, { kind: 'norm' }> | null = null
  let before = ''
  for (const layer of layers) {
    if (layer.kind === 'linear') {
      const step = denseOf(layer)
      dense.push(waiting ? readingScaled(step, waiting.gain, waiting.shift) : step)
      waiting = null
    } else if (layer.kind === 'norm') {
      const isApart = (modulesBetween(before, layer.name) ?? 0) > 0
      if (isApart) waiting = layer
      else dense.push(givingScaled(dense.pop()!, layer.gain, layer.shift))
    }
    before = layer.name
  }
  if (waiting) throw refused(`"${waiting.name}" normalises what the network gives.`)
  return dense
}

function denseOf({ name, kernel: weight, bias }: Extract<StateLayer, { kind: 'linear' }>): Dense {
  const [outputs, inputs] = weight.shape as [number, number]
  const kernel = { shape: [inputs, outputs], data: transposed(weight.data, outputs, inputs) }
  return { name, kind: 'dense', kernel, bias }
}

/** (x K + b) · gain + shift */
function givingScaled(step: Dense, gain: Float32Array, shift: Float32Array): Dense {
  const units = gain.length
  const data = step.kernel.data.map((value, i) => value * gain[i % units]!)
  const bias = shift.map((value, i) => value + (step.bias?.data[i] ?? 0) * gain[i]!)
  return { ...step, kernel: { shape: step.kernel.shape, data }, bias: { shape: [units], data: bias } }
}

/** (x · gain + shift) K + b */
function readingScaled(step: Dense, gain: Float32Array, shift: Float32Array): Dense {
  const units = step.kernel.shape[1]!
  const bias = Float32Array.from({ length: units }, (_, i) => step.bias?.data[i] ?? 0)
  const data = step.kernel.data.map((value, i) => {
    const row = Math.floor(i / units)
    bias[i % units]! += value * shift[row]!
    return value * gain[row]!
  })
  return { ...step, kernel: { shape: step.kernel.shape, data }, bias: { shape: [units], data: bias } }
}

/**
 * Layers of one half, and those of the other, which read their kernels: a network tied with a functional transpose, whose
 * decoder is a bias for each, or a half that comes alone.
 */
function withOtherHalf(layers: readonly Dense[], loose: State['loose']): { layers: Dense[]; half?: Half } {
  const [reads, gives] = [layers[0]!.kernel.shape[0]!, layers.at(-1)!.kernel.shape[1]!]
  if (reads === gives) return { layers: [...layers] }
  const isDecoder = gives > reads
  let hasBiases = false
  const others = layers.toReversed().map(({ name, kernel }): Dense => {
    const [rows, columns] = kernel.shape as [number, number]
    const bias = (!isDecoder && loose.find(([, { shape }]) => shape[0] === rows)?.[1]) || null
    hasBiases ||= bias !== null
    const data = transposed(kernel.data, rows, columns)
    return { name: `${name} (transposed)`, kind: 'dense', kernel: { shape: [columns, rows], data }, bias }
  })
  if (isDecoder) return { layers: [...others, ...layers], half: 'decoder' }
  return hasBiases ? { layers: [...layers, ...others] } : { layers: [...layers, ...others], half: 'encoder' }
}

/** Where two layers of one nn.Sequential lie next to each other there is none between them. */
function withActivations(layers: readonly Dense[], { hidden, code, output }: ImportHints): Step[] {
  const widths = layers.map(({ kernel }) => kernel.shape[1]!)
  const narrowest = widths.indexOf(Math.min(...widths.slice(0, -1)))
  return layers.flatMap((step, i): Step[] => {
    const between = i + 1 < layers.length ? modulesBetween(step.name, layers[i + 1]!.name) : null
    const ofCode = between === null ? (hidden ?? 'linear') : (hidden ?? 'relu')
    const activation: ForeignActivation =
      i === layers.length - 1
        ? (output ?? 'sigmoid')
        : between === 0
          ? 'linear'
          : i === narrowest
            ? (code ?? ofCode)
            : (hidden ?? 'relu')
    return [step, activationStep(step.name, activation)]
  })
}

function aboutActivations({ hidden, code, output }: ImportHints): readonly string[] {
  return [
    ...(hidden
      ? aboutCode(hidden, code)
      : [
          'The file does not say which activations its layers have: assumed relu, and none for the code. Say so if they have others.',
        ]),
    ...(output ? [] : ['Assumed sigmoid for the output. Say so if it has another.']),
  ]
}

const aboutCode = (hidden: ForeignActivation, code: ForeignActivation | null): readonly string[] =>
  code || hidden === 'linear'
    ? []
    : [
        `The code has ${hidden} as the hidden layers have. Say so if it has another activation, or none (linear).`,
      ]
