import type { ForeignActivation, ImportHints } from '../../../../shared/importing'
import type { InputShape } from '../../../../shared/modelSpec'
import type { Weight } from '../../models/weights'
import { transposed } from '../../models/weights'
import { activationStep, type Chain, type Step } from '../chain'
import { spatialFirst } from '../spatialFirst'
import type { Half } from '../network/halves'
import { type Arrangement, arrangements, type Program, type Use } from './convolutionLine'
import { spreads } from './denseOrder'
import { encoderFirst, modulesBetween, refused, type State, type StateLayer } from './stateLayers'
import { sentence } from '../../../../shared/texts/sentence'

type Norm = Extract<StateLayer, { kind: 'norm' }>
/** @property normalized what follows its activation */
export type Kerneled = Exclude<StateLayer, { kind: 'norm' }> & { readonly afterwards?: Norm }

/** The ways in which convolutions may follow one another, of which the first is the usual one. */
export interface ConvolutionChains {
  readonly count: number
  /** What the file holds, where it is not the whole. */
  readonly half?: Half
  /** Whether the file holds an encoder's kernels alone, which the decoder reads too. */
  readonly isTied: boolean
  /** Whether one way is more usual than all others. */
  readonly isClear: boolean
  /** Whether they keep the size of the image all along: what removes noise. */
  readonly isRestorer: boolean
  /** The spread of a variational autoencoder's code. */
  readonly left: readonly string[]
  /** Whether a dense layer becomes an image in a module of its own, so that an activation may lie there or not. */
  readonly mayLeaveOut: boolean
  /** @param leavesOut whether no activation lies where a row becomes an image */
  chain(at: number, residual: Chain['residual'], leavesOut: boolean): Chain
}

/** What a file may hold: layers in an order, the whole or a half of a network. */
export interface Reading {
  readonly layers: readonly Kerneled[]
  readonly left: readonly string[]
  readonly half?: Half
  /** Whether the decoder reads the encoder's kernels. */
  readonly isTied?: boolean
}

/** The first convolution among others that reads as many channels as none before it can give; null where there is none. */
function joiningLayer(layers: readonly Kerneled[]): string | null {
  let given = new Set(layers[0]!.kernel.shape.slice(0, 2))
  for (const { kind, kernel, name } of layers) {
    if (kind !== 'conv') return null
    const [a, b] = kernel.shape as [number, number]
    const next = [...(given.has(b) ? [a] : []), ...(given.has(a) ? [b] : [])]
    if (next.length === 0) return name
    given = new Set(next)
  }
  return null
}

/** Those of a state_dict, the likeliest first. */
export function torchReadings({ layers: given, loose }: State, isOrdered: boolean): readonly Reading[] {
  const whole = readingOf(isOrdered ? given : given.toSorted(encoderFirst))
  const tied = { ...whole, layers: withTransposes(whole.layers, loose), isTied: true }
  return [whole, tied, ...halvesOf(whole)]
}

/** Those of layers that may be in several orders. */
export function orderedReadings(lines: readonly (readonly StateLayer[])[]): readonly Reading[] {
  const whole = lines.map(readingOf)
  return [...whole, ...whole.flatMap(halvesOf)]
}

function readingOf(layers: readonly StateLayer[]): Reading {
  return withoutSpread(withNorms(layers))
}

/**
 * A network with convolutions out of weights alone, whose strides and padding no file says: those with which all layers fit
 * one another.
 * @throws ExpectedError `unsupported` where there are none
 */
export function convolutionChains(
  readings: readonly Reading[],
  file: string,
  hints: ImportHints,
  program: Program = 'torch',
): ConvolutionChains {
  const tried = readings.flatMap((one) => imagesFor(one.layers, hints).map((image) => ({ ...one, image })))
  for (const { layers, left, half, isTied = false, image } of tried) {
    const all = arrangements(layers, image, half, program)
    const found = isTied ? all.filter(isMirrored) : all
    const [first, second] = found
    if (!first) continue
    return {
      ...(half ? { half } : {}),
      isTied,
      count: found.length,
      left,
      isClear: !second || second.cost > first.cost,
      isRestorer: first.uses.every(
        (use) => use.kind === 'conv' && use.stride === 1 && !use.pool && !use.enlarge,
      ),
      mayLeaveOut: layers.some((_, i) => becomesImage(layers, i) && i !== codeAt(layers, first.uses, half)),
      chain: (at, residual, leavesOut) => ({
        ...{
          name: null,
          flatOrder: program === 'keras' ? ('channels-last' as const) : ('channels-first' as const),
          residual,
        },
        input: half === 'decoder' ? layers[0]!.kernel.shape[1]! : image,
        steps: stepsOf(layers, found[at] ?? first, hints, leavesOut, half),
      }),
    }
  }
  const joining = joiningLayer(readings[0]!.layers)
  throw refused(
    joining
      ? sentence('importing.joinsUnknown', { file, name: joining })
      : sentence('importing.noUsualStrides', { file }),
  )
}

/** Layers of an encoder, and those of a decoder that reads their kernels; its biases belong to no other layer. */
function withTransposes(layers: readonly Kerneled[], loose: State['loose']): readonly Kerneled[] {
  const biases = [...loose]
  const biasOf = (count: number) => {
    const at = biases.findIndex(([, { data }]) => data.length === count)
    return at < 0 ? null : biases.splice(at, 1)[0]![1]
  }
  const back = layers.toReversed().map(({ kind, kernel, name }): Kerneled => {
    const [gives, reads] = kernel.shape as [number, number]
    const called = { name: `${name} (transposed)`, bias: biasOf(reads) }
    if (kind === 'conv') return { ...called, kind, kernel }
    return { ...called, kind, kernel: { shape: [reads, gives], data: transposed(kernel.data, gives, reads) } }
  })
  return [...layers, ...back]
}

/** Whether the second half of the layers undoes what the first does: by the same strides and padding. */
const isMirrored = ({ uses }: Arrangement) =>
  uses.slice(0, uses.length / 2).every((use, i) => {
    const mirror = uses[uses.length - 1 - i]!
    if (use.kind === 'dense' || mirror.kind === 'dense') return use.kind === mirror.kind
    const isPlain = use.kind === 'conv' && !use.pool && mirror.kind === 'transposed'
    return isPlain && use.stride === mirror.stride && use.pads[0] === mirror.pads[0]
  })

/** What layers may be that do not lead from an image to one: a decoder begins with a row of numbers, or an encoder ends with one. */
function halvesOf(reading: Reading): readonly Reading[] {
  const { layers } = reading
  if (layers[0]?.kind === 'linear') return [{ ...reading, half: 'decoder' }]
  return layers.at(-1)?.kind === 'linear' ? [{ ...reading, half: 'encoder' }] : []
}

/** Sizes that images may have where nobody says it: those of which the usual data sets are, and one for networks of any. */
function imagesFor(layers: readonly Kerneled[], { input }: ImportHints): readonly InputShape[] {
  if (input) return [input]
  const first = layers[0]!
  const last = layers.at(-1)!
  // A decoder of its own ends with a transposed convolution, or another.
  const channels =
    first.kind === 'conv'
      ? first.kernel.shape[1]
      : last.kind === 'conv'
        ? [1, 0].map((side) => last.kernel.shape[side]).find((side) => side === 1 || side === 3)
        : 1
  if (channels !== 1 && channels !== 3)
    throw refused(`"${first.name}" reads ${channels} channels: images have 1 or 3.`)
  const sides = layers.some(({ kind }) => kind === 'linear') ? [28, 32, 64, 96, 128, 48, 256, 224] : [64, 28]
  return sides.map((side) => ({ height: side, width: side, channels }))
}

/** Normalisations as parts of the layers before them, or as what follows their activations. */
export function withNorms(layers: readonly StateLayer[]): Kerneled[] {
  const kept: Kerneled[] = []
  for (const layer of layers) {
    if (layer.kind !== 'norm') {
      kept.push(layer)
      continue
    }
    const before = kept.pop()
    if (!before || before.afterwards)
      throw refused(
        `"${layer.name}" normalises what no layer gives: export the network with torch.onnx.export.`,
      )
    const isBehindActivation = (modulesBetween(before.name, layer.name) ?? 0) > 0
    // So that what lies between it and the next is counted from its normalisation on.
    if (isBehindActivation) kept.push({ ...before, name: layer.name, afterwards: layer })
    else kept.push(normalized(before, layer.gain, layer.shift, layer.name))
  }
  return kept
}

/** Of two dense layers next to each other that give as much out of the same, the one that says the spread of a code is left out. */
function withoutSpread(layers: readonly Kerneled[]): Reading {
  const at = layers.findIndex((layer, i) => {
    const next = layers[i + 1]
    const [gives, reads] = layer.kernel.shape
    const isSame = next?.kind === 'linear' && next.kernel.shape.join() === layer.kernel.shape.join()
    return layer.kind === 'linear' && isSame && gives !== reads
  })
  if (at < 0) return { layers, left: [] }
  const isFirst = spreads.test(layers[at]!.name) && !spreads.test(layers[at + 1]!.name)
  const left = layers[isFirst ? at : at + 1]!
  return { layers: layers.filter((one) => one !== left), left: [left.name] }
}

/** PyTorch's kernels begin with what a layer gives, those of transposed convolutions with what it reads. */
function normalized(layer: Kerneled, gain: Float32Array, shift: Float32Array, norm: string): Kerneled {
  const { shape, data } = layer.kernel
  const count = gain.length
  const outputs = layer.bias?.data.length ?? count
  if (outputs !== count || (shape[0] !== count && shape[1] !== count))
    throw refused(`"${norm}" does not normalise what "${layer.name}" gives.`)
  const isSecond =
    shape[0] !== count ||
    (layer.kind === 'conv' && layer.as === 'transposed') ||
    (layer.kind === 'conv' &&
      layer.as === undefined &&
      shape[1] === count &&
      /dec|up|trans/i.test(layer.name))
  const inner = data.length / (shape[0]! * shape[1]!)
  const scaled = data.map((value, i) => {
    const at = isSecond ? Math.floor(i / inner) % count : Math.floor(i / (inner * shape[1]!))
    return value * gain[at]!
  })
  const bias = shift.map((value, i) => value + (layer.bias?.data[i] ?? 0) * gain[i]!)
  // So that what lies between it and the next is counted from its normalisation on.
  return { ...layer, name: norm, kernel: { shape, data: scaled }, bias: { shape: [count], data: bias } }
}

function stepsOf(
  layers: readonly Kerneled[],
  { uses }: Arrangement,
  { hidden, code, output }: ImportHints,
  leavesOut: boolean,
  half: Half | undefined,
): Step[] {
  const ofHidden: ForeignActivation = hidden ?? 'relu'
  const at = codeAt(layers, uses, half)
  return layers.flatMap((layer, i): Step[] => {
    const between = i + 1 < layers.length ? modulesBetween(layer.name, layers[i + 1]!.name) : null
    const isRow = layer.kind === 'linear'
    const ofCode: ForeignActivation = between === null && isRow ? (hidden ?? 'linear') : ofHidden
    const activation: ForeignActivation = layer.afterwards
      ? ofHidden
      : i === layers.length - 1 && half !== 'encoder'
        ? (output ?? 'sigmoid')
        : between === 0
          ? 'linear'
          : i === at
            ? (code ?? ofCode)
            : leavesOut && becomesImage(layers, i)
              ? 'linear'
              : ofHidden
    return withUse(layer, uses[i]!, activationStep(layer.name, activation))
  })
}

/** Whether a dense layer is the last before a convolution, and no nn.Sequential says what lies between them. */
const becomesImage = (layers: readonly Kerneled[], i: number) =>
  layers[i]!.kind === 'linear' &&
  layers[i + 1]?.kind === 'conv' &&
  modulesBetween(layers[i]!.name, layers[i + 1]!.name) === null

/** The last layer before those that enlarge, or the dense one that gives least. */
function codeAt(layers: readonly Kerneled[], uses: readonly Use[], half: Half | undefined): number {
  if (half) return half === 'encoder' ? layers.length - 1 : -1
  const widths = layers.map((layer) => (layer.kind === 'linear' ? layer.kernel.shape[0]! : Infinity))
  const least = Math.min(...widths.slice(0, -1))
  if (least < Infinity) return widths.indexOf(least)
  return uses.findIndex((use) => use.kind === 'transposed' || (use.kind === 'conv' && use.enlarge)) - 1
}

function withUse(layer: Kerneled, use: Use, activation: Step): Step[] {
  const { name, bias, kernel, afterwards } = layer
  const scaled: Step[] = afterwards
    ? [{ name: `${name}_norm`, kind: 'scale', gain: afterwards.gain, shift: afterwards.shift }]
    : []
  if (use.kind === 'dense') {
    const [units, reads] = kernel.shape as [number, number]
    const turned: Weight = { shape: [reads, units], data: transposed(kernel.data, units, reads) }
    return [{ name, kind: 'dense', kernel: turned, bias }, activation, ...scaled]
  }
  const step: Step = {
    name,
    kind: use.kind,
    kernel: spatialFirst(kernel),
    bias,
    stride: use.stride,
    pads: use.pads,
  }
  if (use.kind === 'transposed') return [step, activation, ...scaled]
  return [
    ...(use.enlarge
      ? [{ name: `${name}_enlarged`, kind: 'enlarge', size: 2, upsampling: 'nearest' } as const]
      : []),
    step,
    activation,
    ...scaled,
    ...(use.pool ? [{ name: `${name}_pool`, kind: 'pool', size: 2, pooling: 'max' } as const] : []),
  ]
}
