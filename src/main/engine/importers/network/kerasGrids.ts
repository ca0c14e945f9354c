import { nameOf } from '../layerConfigs'
import { batchNorm } from './batchNorm'
import { type LayerCall, refuse } from './kerasReading'
import { activated } from './kerasActivations'
import { weight } from './networkBuilder'

/** A batch normalisation along the rows or the columns of images. */
export function normalizedAlong(call: LayerCall): string {
  const { layer, weights, builder, inputs } = call
  const { scale = true, center = true, epsilon = 1e-3, axis } = layer.config
  const shape = builder.shape(inputs[0]!)
  const at = (Array.isArray(axis) ? axis : [axis]).map(Number)
  const along = at.length === 1 ? (at[0]! < 0 ? at[0]! + 4 : at[0]!) : 0
  if (shape.isRow || (along !== 1 && along !== 2)) return refuse(layer, 'normalises along several axes')
  const own = [...weights]
  const gamma = scale ? own.shift()?.data : undefined
  const beta = center ? own.shift()?.data : undefined
  const [mean, variance] = own.map(({ data }) => data)
  const length = along === 1 ? shape.height : shape.width
  if (!mean || variance?.length !== length)
    return refuse(layer, `does not normalise ${length} rows or columns`)
  const { gain, shift } = batchNorm({ gamma, beta, mean, variance }, Number(epsilon))
  const sides = { height: along === 1 ? length : 1, width: along === 2 ? length : 1, channels: 1 }
  const grid = (data: Float32Array) => weight([sides.height, sides.width, 1], data)
  const value = builder.add(nameOf(layer), { op: 'grid', ...sides }, inputs, {
    gain: grid(gain.data),
    shift: grid(shift.data),
  })
  return activated(call, value, layer.config.activation ?? 'linear')
}

/** A slope for each pixel, row or column: max(x, 0) - slope · max(-x, 0). */
export function slopedPixels({ layer, weights, builder, inputs }: LayerCall): string {
  const slope = weights[0]
  const [value] = inputs as [string]
  if (slope?.shape.length !== 3 || builder.shape(value).isRow) return refuse(layer, 'has no slopes that fit')
  const label = nameOf(layer)
  const [height, width, channels] = slope.shape as [number, number, number]
  const relu = (of: string) => builder.add(label, { op: 'activation', activation: 'relu' }, [of])
  const below = relu(builder.add(label, { op: 'affine', gain: -1, shift: 0 }, [value]))
  const sloped = builder.add(label, { op: 'grid', height, width, channels }, [below], {
    gain: slope,
    shift: weight(slope.shape, new Float32Array(slope.data.length)),
  })
  return builder.add(label, { op: 'sub' }, [relu(value), sloped])
}
