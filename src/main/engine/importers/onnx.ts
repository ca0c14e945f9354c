import { ExpectedError } from '../../../shared/errors'
import type { ImportHints } from '../../../shared/importing'
import type { InputShape } from '../../../shared/modelSpec'
import { transposed, type Weight } from '../models/weights'
import type { Chain, FlatOrder, Pads, Step } from './chain'
import { type ImportedModel, scaled, unfitting } from './importedModel'
import { modelOfChain } from './mirrorOf'
import { interpolationOf } from './network/onnxImages'
import { networkOfOnnx } from './network/onnxNetwork'
import { type OnnxGraph, type OnnxNode, readOnnx } from './onnxGraph'
import { withConstants } from './withConstants'
import { ownModel } from './ownSpec'
import { spatialFirst } from './spatialFirst'
import { sentence } from '../../../shared/texts/sentence'

/**
 * An ONNX file: our own, one whose operators are a chain with a decoder that mirrors its encoder, or any other as it stands.
 * Nothing of it is run.
 * @throws ExpectedError
 */
export function importOnnx(bytes: Uint8Array, file: string, hints: ImportHints): ImportedModel {
  const graph = readOnnx(bytes, file)
  return ownOnnx(graph, file) ?? mirrored(graph, hints) ?? networkOfOnnx(graph, hints)
}

/** Null for a file that Hourglass did not write. */
export function ownOnnx(graph: OnnxGraph, file: string): ImportedModel | null {
  const rounded = { weights: false }
  const own = ownModel(graph.metadata, (name) => ownWeight(graph, name, rounded), file)
  if (!own || !rounded.weights) return own
  return {
    ...own,
    notes: [...own.notes, 'The file holds rounded weights: they are not those of the original.'],
  }
}

/** Null for what is no chain whose second half mirrors the first. */
export function mirrored(graph: OnnxGraph, hints: ImportHints): ImportedModel | null {
  try {
    return modelOfChain(new ChainReader(withConstants(graph), hints).read(), hints)
  } catch (error) {
    if (error instanceof ExpectedError && error.code === 'unsupported') return null
    throw error
  }
}

/** As our exporter names them, multiplied out where they are bytes. */
function ownWeight(
  { constant, nodes }: OnnxGraph,
  name: string,
  rounded: { weights: boolean },
): Weight | null {
  const stored = `var/${name}`
  const values = constant(stored)
  if (!values) return null
  const scales = constant(`${stored}/scales`)
  if (scales || nodes.some(({ op, inputs }) => op === 'Cast' && inputs[0] === stored)) rounded.weights = true
  return scales ? scaled(values, scales.data) : values
}

/** Operators that change nothing when a network is used, or the shape alone. */
const passing = new Set(['Identity', 'Dropout', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Cast'])
const activationOps = {
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softplus: 'softplus',
} as const

/** Follows the one value that goes from operator to operator. */
class ChainReader {
  private readonly steps: Step[] = []
  /** Where the channels of images are at the moment. */
  private layout: FlatOrder = 'channels-first'
  private flatOrder: FlatOrder | null = null
  private residual: Chain['residual'] = null

  constructor(
    private readonly graph: OnnxGraph,
    private readonly hints: ImportHints,
  ) {}

  read(): Chain {
    const { graph } = this
    const [fed, ...more] = graph.inputs
    if (!fed || more.length > 0) throw unfitting(sentence('importing.inputs', { count: graph.inputs.length }))
    const input = this.inputOf(fed.shape)
    let value = fed.name
    for (let count = 0; !graph.outputs.includes(value); count++) {
      const readers = this.readersOf(value, fed.name)
      if (readers.length !== 1 || count > graph.nodes.length)
        throw unfitting(
          readers.length > 1
            ? `What goes into ${readers.map(({ op, name }) => `"${name}" (${op})`).join(' and ')} goes several ways.`
            : 'Its operators do not form a chain from the input to the output.',
        )
      if (this.isResidual(readers[0]!, fed.name)) this.residual = residualOf(readers[0]!, fed.name)
      else this.step(readers[0]!, value)
      value = readers[0]!.outputs[0]!
    }
    return {
      name: null,
      input,
      flatOrder: this.flatOrder ?? 'channels-last',
      steps: this.steps,
      residual: this.residual,
    }
  }

  /** Who reads a value: of the input not the sum at the end, which is met again there. */
  private readersOf(value: string, fed: string): OnnxNode[] {
    const { nodes } = this.graph
    return nodes.filter(
      (node) =>
        node.op !== 'Shape' && node.inputs.includes(value) && !(value === fed && this.isResidual(node, fed)),
    )
  }

  private isResidual({ op, inputs }: OnnxNode, fed: string): boolean {
    const other = inputs.find((input) => input !== fed)
    return (op === 'Add' || op === 'Sub') && inputs.includes(fed) && !!other && !this.graph.constant(other)
  }

  private inputOf(shape: readonly (number | null)[]): Chain['input'] {
    const [, a, b, c] = shape
    if (shape.length === 2 && a) return a
    if (shape.length !== 4)
      throw unfitting(
        sentence('importing.inputNoImage', { shape: shape.map((size) => size ?? 'any').join(' × ') }),
      )
    if (c === 1 || c === 3) {
      if (a !== 1 && a !== 3) this.layout = 'channels-last'
    }
    const [channels, height, width] = this.layout === 'channels-last' ? [c, a, b] : [a, b, c]
    if (channels !== 1 && channels !== 3)
      throw unfitting(
        sentence('importing.inputChannels', { channels: channels ?? sentence('importing.anyNumberOf') }),
      )
    const any = this.hints.input ?? { height: 64, width: 64 }
    return { height: height ?? any.height, width: width ?? any.width, channels } satisfies InputShape
  }

  private step(node: OnnxNode, value: string): void {
    const { op, name } = node
    if (passing.has(op)) {
      if (op === 'Flatten' || op === 'Reshape') this.flatOrder ??= this.layout
    } else if (op === 'Clip' && graphEnds(this.graph, node)) return
    else if (op === 'Transpose') this.transpose(node)
    else if (op === 'Gemm' || op === 'MatMul') this.steps.push(this.dense(node, value))
    else if (op === 'Add') this.addBias(node, value)
    else if (op === 'Conv' || op === 'ConvTranspose') this.steps.push(this.convolution(node))
    else if (op === 'MaxPool' || op === 'AveragePool') this.steps.push(pool(node))
    else if (op === 'Resize' || op === 'Upsample') this.steps.push(this.enlarge(node))
    else this.steps.push({ name, kind: 'activation', activation: activationOf(node) })
  }

  private transpose(node: OnnxNode): void {
    const order = node.ints('perm')?.join()
    if (order === '0,3,1,2') this.layout = 'channels-first'
    else if (order === '0,2,3,1') this.layout = 'channels-last'
    else throw unfitting(`"${node.name}" (Transpose) turns its input (${order ?? 'reversed'}).`)
  }

  private dense(node: OnnxNode, value: string): Step {
    const { op, name, inputs } = node
    const weight = inputs[0] === value ? this.graph.constant(inputs[1] ?? '') : null
    if (weight?.shape.length !== 2) throw unfitting(`"${name}" (${op}) multiplies with no constant matrix.`)
    const usual = (attribute: string, expected: number) =>
      op === 'MatMul' || (node.number(attribute) ?? expected) === expected
    if (!usual('alpha', 1) || !usual('beta', 1) || !usual('transA', 0))
      throw unfitting(`"${name}" (Gemm) scales or transposes what it multiplies.`)
    const [rows, columns] = weight.shape as [number, number]
    const kernel =
      op === 'Gemm' && node.number('transB')
        ? { shape: [columns, rows], data: transposed(weight.data, rows, columns) }
        : weight
    const bias = op === 'Gemm' ? this.graph.constant(inputs[2] ?? '') : null
    if (bias && bias.data.length !== kernel.shape[1])
      throw unfitting(`"${name}" (Gemm) adds ${bias.data.length} numbers to ${kernel.shape[1]}.`)
    return { name, kind: 'dense', kernel, bias: bias && { shape: [bias.data.length], data: bias.data } }
  }

  /** A sum with a constant right after a product is its bias. */
  private addBias({ name, inputs }: OnnxNode, value: string): void {
    const last = this.steps.at(-1)
    const constant = this.graph.constant(inputs.find((input) => input !== value) ?? '')
    if (
      !last ||
      !constant ||
      !('bias' in last) ||
      last.bias ||
      constant.data.length !== last.kernel.shape.at(last.kind === 'transposed' ? -2 : -1) ||
      !this.liesAlongChannels(constant.shape, last.kind === 'dense')
    )
      throw unfitting(`"${name}" (Add) is no bias of the layer before it.`)
    const bias = { shape: [constant.data.length], data: constant.data }
    this.steps[this.steps.length - 1] = { ...last, bias }
  }

  /** As numbers lie that are added to what a layer gives: width, height and channels may be equally many. */
  private liesAlongChannels(shape: readonly number[], isDense: boolean): boolean {
    const behind = isDense || this.layout === 'channels-last' ? 0 : 2
    const axis = shape.length - 1 - behind
    return shape.every((size, i) => i === axis || size === 1) && axis >= 0
  }

  private convolution(node: OnnxNode): Step {
    const { op, name, inputs } = node
    const weight = this.graph.constant(inputs[1] ?? '')
    if (weight?.shape.length !== 4)
      throw unfitting(`"${name}" (${op}) has no constant kernel of four dimensions.`)
    if ((node.number('group') ?? 1) !== 1 || (node.ints('dilations') ?? [1, 1]).some((n) => n !== 1))
      throw unfitting(`"${name}" (${op}) has groups or is dilated.`)
    const [stride = 1, other = stride] = node.ints('strides') ?? []
    if (stride !== other) throw unfitting(`"${name}" (${op}) has different strides for height and width.`)
    const bias = this.graph.constant(inputs[2] ?? '')
    const kind = op === 'Conv' ? 'conv' : 'transposed'
    return { name, kind, kernel: spatialFirst(weight), bias, stride, pads: padsOf(node) }
  }

  private enlarge(node: OnnxNode): Step {
    const { name, op, inputs } = node
    const scales = inputs
      .slice(1)
      .map((input) => this.graph.constant(input)?.data)
      .find((data) => data?.length === 4)
    const factors = scales && [...scales].slice(this.layout === 'channels-first' ? 2 : 1).slice(0, 2)
    const [size = 0, other] = factors ?? []
    const mode = node.text('mode') ?? 'nearest'
    if (size !== other || !Number.isInteger(size) || size < 2)
      throw unfitting(`"${name}" (${op}) does not enlarge by a whole number that the file names.`)
    if (mode !== 'nearest' || interpolationOf(node) !== 'nearest')
      throw unfitting(`"${name}" (${op}) enlarges ${mode}, not by repeating pixels.`)
    return { name, kind: 'enlarge', size, upsampling: 'nearest' }
  }
}

/** What leaves the network is clipped here too. */
const graphEnds = ({ outputs }: OnnxGraph, node: OnnxNode) => outputs.includes(node.outputs[0] ?? '')

/** @throws ExpectedError where the image is subtracted from what the network gives */
function residualOf({ op, name, inputs }: OnnxNode, fed: string): Chain['residual'] {
  if (op === 'Add') return 'added'
  if (inputs[0] === fed) return 'subtracted'
  throw unfitting(`"${name}" (Sub) subtracts the image from what the network gives.`)
}

function padsOf(node: OnnxNode): Pads {
  const auto = node.text('auto_pad')
  if (auto === 'SAME_UPPER') return 'same'
  const pads = node.ints('pads') ?? [0, 0, 0, 0]
  const [top = 0, left = 0, bottom = 0, right = 0] = pads
  const [rows = 0, columns = 0] = node.ints('output_padding') ?? []
  return [top, left, bottom - rows, right - columns]
}

function pool(node: OnnxNode): Step {
  const { op, name } = node
  const [size = 0, other] = node.ints('kernel_shape') ?? []
  const strides = node.ints('strides') ?? [1, 1]
  const padded = (node.ints('pads') ?? []).some((n) => n !== 0)
  if (size !== other || strides.some((stride) => stride !== size) || padded)
    throw unfitting(`"${name}" (${op}) has pools that overlap, are padded or are not square.`)
  return { name, kind: 'pool', pooling: op === 'MaxPool' ? 'max' : 'average', size }
}

function activationOf(node: OnnxNode) {
  const { op, name } = node
  if (Object.hasOwn(activationOps, op)) return activationOps[op as keyof typeof activationOps]
  if (op === 'Elu' && (node.number('alpha') ?? 1) === 1) return 'elu'
  if (op === 'LeakyRelu' && Math.abs((node.number('alpha') ?? 0.01) - 0.2) < 1e-6) return 'leaky-relu'
  throw unfitting(sentence('importing.noOperatorForm', { op, name }))
}
