import { z } from 'zod'
import type { Weight } from '../../models/weights'
import { unsupported } from '../importedModel'
import { type LayerConfig, nameOf } from '../layerConfigs'
import { type Margins, sameMargins } from './margins'
import type { NetworkBuilder } from './networkBuilder'
import { sentence } from '../../../../shared/texts/sentence'

/** A layer at one of its calls. */
export interface LayerCall {
  readonly layer: LayerConfig
  /** Values that it reads. */
  readonly inputs: readonly string[]
  readonly builder: NetworkBuilder
  /** In the order in which Keras makes them. */
  readonly weights: readonly Weight[]
}

/** Puts a layer into the network. @returns the value that it gives */
export type LayerRule = (call: LayerCall) => string

export type Pair = [number, number]
export type Four = [number, number, number, number]

/** @throws ExpectedError `unsupported`, naming the layer. @param why completes its name */
export function refuse(layer: LayerConfig, why: string): never {
  throw unsupported(sentence('importing.ofLayer', { name: nameOf(layer), why }))
}

/** At the top, left, bottom and right. */
export function marginsOf(layer: LayerConfig, setting: string): Margins {
  const sides = z
    .union([
      z.number(),
      z.tuple([z.number(), z.number()]),
      z.tuple([z.tuple([z.number(), z.number()]), z.tuple([z.number(), z.number()])]),
    ])
    .safeParse(layer.config[setting])
  if (!sides.success) return refuse(layer, 'does not say how many pixels it adds or takes')
  const [rows, columns] = typeof sides.data === 'number' ? [sides.data, sides.data] : sides.data
  const [top, bottom] = typeof rows === 'number' ? [rows, rows] : rows
  const [left, right] = typeof columns === 'number' ? [columns, columns] : columns
  return [top, left, bottom, right]
}

export function checkLayout(layer: LayerConfig): void {
  if (layer.config.data_format === 'channels_first') refuse(layer, 'takes channels first')
}

/** One number for both sides; 1 where it is left out. */
export function square(layer: LayerConfig, setting: string): number {
  const sides = z
    .union([z.number().int(), z.array(z.number().int()).length(2)])
    .safeParse(layer.config[setting] ?? 1)
  const [a, b] = sides.success ? [sides.data].flat() : []
  if (a === undefined || (b !== undefined && a !== b))
    return refuse(
      layer,
      `has different ${setting} for height and width (${JSON.stringify(layer.config[setting])})`,
    )
  return a
}

export function padsOf(
  layer: LayerConfig,
  image: { readonly height: number; readonly width: number },
  kernel: Pair,
  window: { readonly stride: number; readonly dilation: number },
): Margins {
  return layer.config.padding === 'same' ? sameMargins(image, kernel, window) : [0, 0, 0, 0]
}

/** An axis, or a list of one, that Keras counts from the batch on or from the end. */
export function isOverChannels(axis: unknown, isRow: boolean): boolean {
  const axes = (Array.isArray(axis) ? axis : [axis ?? -1]).map(Number)
  return axes.length === 1 && (axes[0] === -1 || axes[0] === (isRow ? 1 : 3))
}

export function weightAt({ layer, weights }: LayerCall, at: number, rank: number): Weight {
  const found = weights[at]
  return found?.shape.length === rank ? found : refuse(layer, `has no weights of ${rank} dimensions`)
}

export const biasOf = ({ layer, weights }: LayerCall, at: number): Readonly<Record<string, Weight>> =>
  layer.config.use_bias !== false && weights[at]
    ? { bias: { shape: [weights[at].data.length], data: weights[at].data } }
    : {}

/** Of the height and of the width; 1 where it is left out. */
export function pairOf(layer: LayerConfig, setting: string, otherwise = 1): Pair {
  const sides = z
    .union([z.number(), z.tuple([z.number()]), z.tuple([z.number(), z.number()])])
    .safeParse(layer.config[setting] ?? otherwise)
  const [a, b = a] = sides.success ? [sides.data].flat() : []
  return a === undefined || b === undefined ? refuse(layer, `has no ${setting} that is read`) : [a, b]
}
