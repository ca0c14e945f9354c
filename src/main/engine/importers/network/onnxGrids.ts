import type { Weight } from '../../models/weights'
import type { OnnxNode } from '../onnxGraph'
import { vector, weight } from './networkBuilder'
import type { NetworkReader } from './onnxNetwork'
import { applied, refuse, type TensorValue } from './onnxReading'

/** Sides of a constant beside those of a value, behind the batch; null where the constant has a batch of its own. */
function sidesBeside(reader: NetworkReader, x: TensorValue, { shape }: Weight): number[] | null {
  const { length } = reader.sidesOf(x)
  const more = shape.slice(0, Math.max(0, shape.length - length))
  if (more.some((side) => side !== 1)) return null
  const own = shape.slice(-length)
  return [...new Array<number>(length - own.length).fill(1), ...own]
}

/** A constant that has one number for each channel, as a row; null for any other. */
export function eachChannel(reader: NetworkReader, x: TensorValue, constant: Weight): Weight | null {
  const sides = reader.sidesOf(x)
  const axis = x.kind === 'image' && x.order === 'channels-first' ? 0 : sides.length - 1
  const own = sidesBeside(reader, x, constant)
  const { data } = constant
  return own && data.length === sides[axis] && own[axis] === data.length ? vector(data) : null
}

/** Whether what it goes with stays as large as it is. */
export function keepsShape(reader: NetworkReader, x: TensorValue, constant: Weight): boolean {
  const sides = reader.sidesOf(x)
  const own = sidesBeside(reader, x, constant)
  return own !== null && own.every((side, i) => side === 1 || side === sides[i])
}

/** As height × width × channels. @throws ExpectedError where it does not go with the value */
function asGrid(node: OnnxNode, reader: NetworkReader, x: TensorValue, constant: Weight): Weight {
  const own = sidesBeside(reader, x, constant)
  if (x.kind !== 'image' || !own)
    return refuse(
      node,
      `has a constant of ${constant.shape.join(' × ')}, which is not one number for each channel`,
    )
  if (x.order === 'channels-last') return weight(own, constant.data)
  const [channels, height, width] = own as [number, number, number]
  const data = new Float32Array(constant.data.length)
  constant.data.forEach((value, i) => {
    const [pixel, channel] = [i % (height * width), Math.floor(i / (height * width))]
    data[pixel * channels + channel] = value
  })
  return weight([height, width, channels], data)
}

/** x · gain + shift with numbers of their own for each pixel, row or column. */
export function gridded(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  { gain, shift }: { readonly gain: Weight; readonly shift: Weight },
): TensorValue {
  const weights = { gain: asGrid(node, reader, x, gain), shift: asGrid(node, reader, x, shift) }
  const [height, width, channels] = weights.gain.shape as [number, number, number]
  return applied(node, reader, x, { op: 'grid', height, width, channels }, weights)
}

/** max(x, 0) - slope · max(-x, 0), each pixel with a slope of its own. */
export function slopedGrid(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  slope: Weight,
): TensorValue {
  const relu = (of: TensorValue) =>
    applied(node, reader, of, { op: 'activation', activation: 'relu' } as const)
  const below = relu(applied(node, reader, x, { op: 'affine', gain: -1, shift: 0 }))
  const zeros = { shape: slope.shape, data: new Float32Array(slope.data.length) }
  const sloped = gridded(node, reader, below, { gain: slope, shift: zeros })
  return { ...x, value: reader.builder.add(node.name, { op: 'sub' }, [relu(x).value, sloped.value]) }
}
