import type { OnnxNode } from '../onnxGraph'
import { groupNormalized } from './composites'
import type { NetworkReader, OnnxValue } from './onnxNetwork'
import { type ImageValue, type Operator, planesAt, refuse, type TensorValue } from './onnxReading'

type Groups = Extract<OnnxValue, { kind: 'groups' }>

/**
 * What PyTorch writes for a normalisation in groups: the image as groups × numbers, normalised, and as an image again. Null
 * where a reshape is not the first of these.
 */
export function groupsOf(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  target: readonly number[],
): Groups | null {
  const [, groups = 0, rest] = target
  const readers = reader.readersOf(node.outputs[0] ?? '')
  if (x.kind !== 'image' || x.order !== 'channels-first' || target.length !== 3 || groups < 1) return null
  if (readers.length === 0 || readers.some(({ op }) => op !== 'InstanceNormalization')) return null
  const { height, width, channels } = reader.builder.shape(x.value)
  const each = (height * width * channels) / groups
  if (channels % groups || (rest !== -1 && rest !== each)) return null
  return { kind: 'groups', value: x.value, groups }
}

/** The last of them. @param sides of the image as the file counts them, behind the batch */
export function ungrouped(
  node: OnnxNode,
  reader: NetworkReader,
  { value }: Groups,
  target: readonly number[],
): OnnxValue {
  const { height, width, channels } = reader.builder.shape(value)
  const sides = [channels, height, width]
  const isSame =
    target.length === 4 && sides.every((side, i) => target[i + 1] === side || target[i + 1] === -1)
  if (!isSame) return refuse(node, 'makes something else of groups of channels than the image that they were')
  return { kind: 'image', value, order: 'channels-first' }
}

/** Numbers for each channel, of which a file may have one for each group. */
function perChannel(
  node: OnnxNode,
  data: Float32Array | undefined,
  channels: number,
  groups: number,
): Float32Array {
  if (data?.length === channels) return data
  if (data?.length !== groups) return refuse(node, 'does not scale each channel by a constant')
  return Float32Array.from({ length: channels }, (_, c) => data[Math.floor((c * groups) / channels)]!)
}

function normalizedIn(node: OnnxNode, reader: NetworkReader, value: string, groups: number): string {
  const { channels } = reader.builder.shape(value)
  if (channels % groups) return refuse(node, `makes ${groups} groups of ${channels} channels`)
  const constant = (at: number) => perChannel(node, reader.constant(node.inputs[at])?.data, channels, groups)
  const numbers = { gain: constant(1), shift: constant(2), epsilon: node.number('epsilon') ?? 1e-5 }
  return groupNormalized(reader.builder, node.name, value, groups, numbers)
}

/** The middle one of the three steps. */
export function normalizedGroups(
  node: OnnxNode,
  reader: NetworkReader,
  { value, groups }: Groups,
): OnnxValue {
  return { kind: 'groups', groups, value: normalizedIn(node, reader, value, groups) }
}

/** As newer files say it at once. */
export const groupNormalization: Operator = (node, reader) => {
  const x: ImageValue = planesAt(node, reader)
  return [{ ...x, value: normalizedIn(node, reader, x.value, node.number('num_groups') ?? 1) }]
}
