import type { ImportHints } from '../../../../shared/importing'
import type { InputShape } from '../../../../shared/modelSpec'
import { type NodeOf, sizeOfValue, type ValueShape } from '../../../../shared/network'
import { type ImportedModel, unsupported } from '../importedModel'
import { limits } from '../limits'
import type { OnnxConstant, OnnxGraph, OnnxNode } from '../onnxGraph'
import { assumedInput } from './assumedInput'
import { checkIsCode, isRowOfImage, withDecoder, withEncoder } from './halves'
import { modelOfNetwork, severalImages } from './modelOfNetwork'
import { NetworkBuilder } from './networkBuilder'
import { computed } from './onnxConstants'
import { operators } from './onnxOperators'
import { sentence } from '../../../../shared/texts/sentence'

type FlatOrder = NodeOf<'flatten'>['order']

/** What a name in the file stands for: numbers that are known, or a value of the network that is put together. */
export type OnnxValue =
  | { readonly kind: 'constant'; readonly constant: OnnxConstant }
  /** `order` of its axes in the file: batch × channels × height × width, or channels last. */
  | { readonly kind: 'image'; readonly value: string; readonly order: FlatOrder }
  | { readonly kind: 'row'; readonly value: string }
  /** An image whose pixels are being made into blocks: batch × channels × rows × block × columns × block, then turned. */
  | { readonly kind: 'blocks'; readonly value: string; readonly block: number; readonly turned: boolean }
  /** An image whose channels come before the batch, while some of them are picked. */
  | { readonly kind: 'planes'; readonly value: string }
  /** An image with channels first whose channels are being normalised in groups. */
  | { readonly kind: 'groups'; readonly value: string; readonly groups: number }

/**
 * An ONNX file as a network, operation by operation, whatever the way that values take through it.
 * @throws ExpectedError `unsupported`, naming the operator that is not read
 */
export function networkOfOnnx(graph: OnnxGraph, hints: ImportHints): ImportedModel {
  const shape = codeShape(graph.inputs[0]?.shape ?? [], hints)
  return shape?.isSure ? ofDecoder(graph, hints, shape) : new NetworkReader(graph, hints).read()
}

/** A network that reads a code and gives an image. @throws ExpectedError `unsupported` */
function ofDecoder(graph: OnnxGraph, hints: ImportHints, shape: ValueShape): ImportedModel {
  const notes: string[] = []
  let output = ''
  const read = (builder: NetworkBuilder, value: string) => {
    const given = new NetworkReader(graph, hints, { builder, value, isRow: shape.isRow }).lastOutput()
    output = given.name
    return given.value
  }
  const { builder, image, code } = withEncoder(shape, 'channels-first', read, hints, notes)
  const about = { name: null, about: {}, notes }
  return { ...modelOfNetwork(builder, image, about, hints, { kind: 'decoder', code }), output }
}

/** What goes in as a code; `isSure` where it can be no image. */
function codeShape(
  [, a, b, c, ...more]: readonly (number | null)[],
  { input }: ImportHints,
): (ValueShape & { isSure: boolean }) | null {
  if (a && b === undefined) {
    return { height: 1, width: 1, channels: a, isRow: true, isSure: !isRowOfImage(a, input) }
  }
  if (!a || !b || !c || more.length > 0) return null
  // Four channels are an image with its noise, and a last side of 1 or 3 is its channels.
  const isImage = a <= 4 || c === 1 || c === 3
  return { height: b, width: c, channels: a, isRow: false, isSure: !isImage }
}

export class NetworkReader {
  readonly builder: NetworkBuilder
  /** Whether the axes of the image that it is fed end with the channels. */
  readonly isChannelsLast: boolean
  /** Sides of the image that it is fed, in the order of the file. */
  readonly fedSides: readonly number[]
  /** Whether these end with the channels. */
  readonly isFedLast: boolean
  private readonly values = new Map<string, OnnxValue>()
  private readonly notes: string[] = []
  private readonly readers = new Map<string, OnnxNode[]>()
  private readonly image: InputShape
  /** Of constants that are computed and kept: a small file could ask for many. */
  private numbersLeft: number = limits.computed

  constructor(
    private readonly graph: OnnxGraph,
    private readonly hints: ImportHints,
    code?: { readonly builder: NetworkBuilder; readonly value: string; readonly isRow: boolean },
  ) {
    if (graph.nodes.length > limits.onnxNodes)
      throw unsupported(`The network has more than ${limits.onnxNodes} operators.`)
    for (const node of graph.nodes)
      for (const input of node.inputs) {
        const readers = this.readers.get(input)
        if (readers) readers.push(node)
        else this.readers.set(input, [node])
      }
    const [first, second, ...more] = graph.inputs
    if (!first || more.length > 0)
      throw unsupported(sentence('importing.inputsBesideNoise', { count: graph.inputs.length }))
    if (code) {
      const { builder, value, isRow } = code
      this.builder = builder
      this.image = builder.image
      this.fedSides = []
      this.isFedLast = this.isChannelsLast = false
      this.values.set(
        first.name,
        isRow ? { kind: 'row', value } : { kind: 'image', value, order: 'channels-first' },
      )
      return
    }
    const fed = fedImage(first.shape, hints, this.notes)
    this.image = fed.image
    this.isFedLast = fed.order === 'channels-last' && !fed.isRow
    this.isChannelsLast = this.isFedLast && graph.nodes.every(({ op }) => op !== 'Conv')
    this.builder = new NetworkBuilder(fed.image)
    this.fedSides = inOrder(fed.image, fed.order)
    this.values.set(first.name, this.fed(fed))
    if (second) this.values.set(second.name, { kind: 'image', value: 'sigma', order: 'channels-first' })
  }

  /** The first output, of a network that reads a code. @throws ExpectedError */
  lastOutput(): { name: string; value: string } {
    this.readAll()
    for (const name of this.graph.outputs) {
      const known = this.values.get(name)
      if (known?.kind === 'image' || known?.kind === 'row') return { name, value: known.value }
    }
    throw unsupported(sentence('importing.givesNoImage'))
  }

  private readAll(): void {
    const { graph } = this
    const needed = this.needed()
    checkKind(graph)
    for (const node of graph.nodes) if (node.outputs.some((name) => needed.has(name))) this.step(node)
  }

  read(): ImportedModel {
    const { graph, builder } = this
    this.readAll()
    const images = graph.outputs
      .map((name) => ({ name, value: this.asImage(name) }))
      .filter((one): one is { name: string; value: string } => one.value !== null)
    const taken = images.find(({ name }) => !isBesideImage.test(name)) ?? images[0]
    if (taken && images.length > 1) this.notes.push(severalImages(images.length, taken.name))
    const about = { name: null, about: {}, notes: this.notes }
    if (!taken) return this.asHalf(about)
    return { ...modelOfNetwork(builder, taken.value, about, this.hints), output: taken.name }
  }

  /** An encoder or a decoder that comes alone. @throws ExpectedError for what is neither */
  private asHalf(about: Pick<ImportedModel, 'name' | 'about' | 'notes'>): ImportedModel {
    const { graph, builder, hints } = this
    const { name, value } = this.lastOutput()
    const { image } = builder
    const shape = codeShape(graph.inputs[0]!.shape, hints)
    if (shape?.isRow && sizeOfValue(builder.shape(value)) > image.height * image.width * image.channels)
      return ofDecoder(graph, hints, shape)
    checkIsCode(builder, value)
    const known = this.values.get(name)
    const ended = withDecoder(builder, value, known?.kind === 'image' ? known.order : 'channels-last')
    const half = { kind: 'encoder', code: ended.code } as const
    return { ...modelOfNetwork(builder, ended.image, about, hints, half), output: name }
  }

  valueOf = (name: string): OnnxValue | undefined => this.values.get(name)

  /** @throws ExpectedError where it is nothing that is known */
  value(name: string, reader: OnnxNode): OnnxValue {
    const known = this.values.get(name)
    if (known) return known
    const constant = this.graph.constant(name)
    if (!constant) throw unsupported(`"${reader.name}" (${reader.op}) reads "${name}", which nothing gives.`)
    return { kind: 'constant', constant }
  }

  constant(name: string | undefined): OnnxConstant | null {
    if (!name) return null
    const known = this.values.get(name)
    if (known) return known.kind === 'constant' ? known.constant : null
    return this.graph.constant(name)
  }

  /** Operators that read what a node gives. */
  readersOf = (name: string): readonly OnnxNode[] => this.readers.get(name) ?? []

  /** Height, width and channels of an image, or the length of a row, in the order of the file and behind the batch. */
  sidesOf(value: Exclude<OnnxValue, { kind: 'constant' | 'blocks' | 'groups' | 'planes' }>): number[] {
    const shape = this.builder.shape(value.value)
    return value.kind === 'row' ? [shape.channels] : inOrder(shape, value.order)
  }

  private step(node: OnnxNode): void {
    const { op, name, inputs, outputs } = node
    const known = inputs.map((input) => (input ? this.constant(input) : null))
    if (inputs.length > 0 && known.every((constant) => constant !== null)) {
      const constant = computed(node, known)
      if (constant) return this.keepConstant(outputs[0]!, constant)
    }
    const operator = Object.hasOwn(operators, op) ? operators[op] : undefined
    if (!operator) throw unsupported(sentence('importing.noOperator', { op, name }))
    const given = operator(node, this)
    given.forEach((value, i) => {
      const output = outputs[i]
      if (output && value) this.values.set(output, value)
    })
  }

  private keepConstant(name: string, constant: OnnxConstant): void {
    this.numbersLeft -= constant.data.length
    if (this.numbersLeft < 0) throw unsupported('The network computes too many constants.')
    this.values.set(name, { kind: 'constant', constant })
  }

  /** What the outputs are made of: what a file has beside that is not looked at. */
  private needed(): ReadonlySet<string> {
    const needed = new Set(this.graph.outputs)
    for (const { inputs, outputs } of [...this.graph.nodes].reverse())
      if (outputs.some((name) => needed.has(name))) inputs.forEach((name) => needed.add(name))
    return needed
  }

  /** Null for what is no image of the size that goes in. */
  private asImage(name: string): string | null {
    const known = this.values.get(name)
    const size = this.image.height * this.image.width * this.image.channels
    if (!known || (known.kind !== 'image' && known.kind !== 'row')) return null
    const shape = this.builder.shape(known.value)
    if (sizeOfValue(shape) !== size) return null
    const { height, width, channels } = this.image
    if (known.kind === 'image' && shape.height === height && shape.width === width) return known.value
    const row =
      known.kind === 'row'
        ? known.value
        : this.builder.add(`${name}_row`, { op: 'flatten', order: known.order }, [known.value])
    const isFirst = known.kind === 'image' && this.sidesOf(known)[0] === channels
    const order = isFirst ? 'channels-first' : 'channels-last'
    return this.builder.add(`${name}_image`, { op: 'unflatten', order, height, width, channels }, [row])
  }

  /** What the network is fed: the image, with its noise beside it, or as a row. */
  private fed({ order, isRow, withSigma }: FedImage): OnnxValue {
    if (isRow) {
      const value = this.builder.add('row', { op: 'flatten', order: 'channels-last' }, ['image'])
      return { kind: 'row', value }
    }
    const value = withSigma ? this.builder.add('image_sigma', { op: 'concat' }, ['image', 'sigma']) : 'image'
    return { kind: 'image', value, order }
  }
}

const inOrder = (
  { height, width, channels }: Omit<InputShape, 'channels'> & { channels: number },
  order: FlatOrder,
) => (order === 'channels-first' ? [channels, height, width] : [height, width, channels])

/** @throws ExpectedError for networks of kinds that no operator by itself gives away */
function checkKind({ nodes }: OnnxGraph): void {
  const recurrent = nodes.find(({ op }) => op === 'LSTM' || op === 'GRU' || op === 'RNN')
  if (recurrent) throw unsupported(sentence('importing.sequences', { op: recurrent.op }))
  const rounded = nodes.find(({ op }) => /Quantize|Integer$|^QLinear/.test(op))
  if (rounded) throw unsupported(sentence('importing.quantised', { name: rounded.name, op: rounded.op }))
}

/** What outputs are called that say something about the image beside them. */
const isBesideImage = /sigma|var|uncert|std|log|mask|weight|noise/i

interface FedImage {
  readonly image: InputShape
  readonly order: FlatOrder
  readonly isRow: boolean
  /** Whether the noise level is a channel behind those of the image. */
  readonly withSigma: boolean
}

const colors: Readonly<Record<number, 1 | 3>> = { 1: 1, 2: 1, 3: 3, 4: 3 }

function fedImage(shape: readonly (number | null)[], hints: ImportHints, notes: string[]): FedImage {
  const [, a, b, c] = shape
  if (shape.length === 2 && a)
    return { image: assumedInput(a, hints, notes), order: 'channels-last', isRow: true, withSigma: false }
  // Grey pixels in rows.
  if (shape.length === 3 && a && b)
    return {
      ...{
        image: { height: a, width: b, channels: 1 },
        order: 'channels-last',
        isRow: true,
        withSigma: false,
      },
    }
  if (shape.length !== 4)
    throw unsupported(
      sentence('importing.inputNoImage', { shape: shape.map((side) => side ?? 'any').join(' × ') }),
    )
  const isLast = (c === 1 || c === 3) && a !== 1 && a !== 3
  const [given, height, width] = isLast ? [c, a, b] : [a, b, c]
  const channels = colors[given ?? 0]
  if (!channels)
    throw unsupported(
      sentence('importing.inputChannels', { channels: given ?? sentence('importing.anyNumberOf') }),
    )
  const any = hints.input ?? { height: 64, width: 64 }
  const withSigma = given !== channels
  if (withSigma)
    notes.push(
      `The network takes ${given} channels: the last one is taken for the strength of the noise, 1 being white.`,
    )
  return {
    image: { height: height ?? any.height, width: width ?? any.width, channels },
    order: isLast ? 'channels-last' : 'channels-first',
    isRow: false,
    withSigma,
  }
}
