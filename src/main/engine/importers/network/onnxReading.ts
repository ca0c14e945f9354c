import type { Weight } from '../../models/weights'
import { unsupported } from '../importedModel'
import type { OnnxNode } from '../onnxGraph'
import type { NodeDraft } from './networkBuilder'
import type { NetworkReader, OnnxValue } from './onnxNetwork'
import { sentence } from '../../../../shared/texts/sentence'

/** Puts what an operator does into the network. @returns its outputs, in their order; null for one that nobody may read */
export type Operator = (node: OnnxNode, reader: NetworkReader) => readonly (OnnxValue | null)[]

export type ImageValue = Extract<OnnxValue, { kind: 'image' }>
export type RowValue = Extract<OnnxValue, { kind: 'row' }>
export type TensorValue = ImageValue | RowValue

/** @throws ExpectedError `unsupported`, naming the operator. @param why completes its name */
export function refuse({ op, name }: OnnxNode, why: string): never {
  throw unsupported(sentence('importing.ofOperator', { name, op, why }))
}

/** An input that is an image or a row of numbers. */
export function tensorAt(node: OnnxNode, reader: NetworkReader, at = 0): TensorValue {
  const value = reader.value(node.inputs[at] ?? '', node)
  if (value.kind === 'image' || value.kind === 'row') return value
  return refuse(
    node,
    value.kind === 'constant'
      ? 'reads a constant where it takes an image'
      : value.kind === 'groups'
        ? 'reads groups of channels'
        : 'reads blocks of pixels',
  )
}

export function imageAt(node: OnnxNode, reader: NetworkReader, at = 0): ImageValue {
  const value = tensorAt(node, reader, at)
  if (value.kind !== 'image') return refuse(node, 'reads numbers where it takes an image')
  if (reader.builder.isLevel(value.value)) return refuse(node, 'reads the strength of the noise by itself')
  return value
}

/** An image whose channels come first, as the operators on images have it. */
export function planesAt(node: OnnxNode, reader: NetworkReader, at = 0): ImageValue {
  const value = imageAt(node, reader, at)
  return value.order === 'channels-first' ? value : refuse(node, 'takes channels last')
}

/** What an operation makes of a value: of its kind, and with its axes in the same order. */
export function applied<V extends TensorValue>(
  node: OnnxNode,
  { builder }: NetworkReader,
  x: V,
  draft: NodeDraft,
  weights: Readonly<Record<string, Weight>> = {},
): V {
  return { ...x, value: builder.add(node.name, draft, [x.value], weights) }
}

/** Whole numbers from an input, or from the attribute that older files have in its place. */
export function wholeNumbers(
  node: OnnxNode,
  reader: NetworkReader,
  at: number,
  attribute: string,
): readonly number[] | null {
  const constant = reader.constant(node.inputs[at])
  if (constant) return [...constant.data]
  if (node.inputs[at]) return refuse(node, `computes its ${attribute} from the image`)
  return node.ints(attribute)
}

/**
 * Does with another axis what is done with channels: it changes places with them meanwhile.
 *
 * @param axis counted from the batch on, or from the end
 */
export function asChannels(
  node: OnnxNode,
  reader: NetworkReader,
  x: ImageValue,
  axis: number,
  make: (of: ImageValue) => ImageValue,
): ImageValue {
  const at = axis < 0 ? axis + 4 : axis
  const sides =
    x.order === 'channels-first' ? ['channels', 'rows', 'columns'] : ['rows', 'columns', 'channels']
  const side = sides[at - 1] ?? refuse(node, 'works along the batch')
  if (side === 'channels') return make(x)
  const draft = {
    op: 'turn',
    order: (side === 'rows' ? [2, 1, 0] : [0, 2, 1]) as [number, number, number],
  } as const
  const changed = make(applied(node, reader, x, draft))
  return applied(node, reader, changed, draft)
}
