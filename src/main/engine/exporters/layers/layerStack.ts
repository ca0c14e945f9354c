import type { Weight } from '../../models/weights'

/** A setting of a layer as Keras writes it. */
export type Setting = string | number | boolean | null | readonly Setting[]

/** What a layer gives, at one of the times it is called. */
export interface Output {
  readonly layer: string
  readonly call: number
  /** Without the batch. */
  readonly shape: readonly number[]
}

export interface LayerCall {
  readonly inputs: readonly Output[]
  readonly settings?: Readonly<Record<string, Setting>>
}

/** A layer by its name in Keras, with that layer's settings. Most are called once; a tied one is called once a side. */
export interface Layer {
  readonly name: string
  readonly type: string
  readonly settings: Readonly<Record<string, Setting>>
  readonly calls: LayerCall[]
  /** By the name of the variable, in the order in which Keras makes them. */
  readonly weights: Readonly<Record<string, Weight>>
  /** Of an input, its shape without the batch. */
  readonly shape?: readonly number[]
}

/** A layer to be called. */
export type NewLayer = Pick<Layer, 'type' | 'settings'> & Partial<Pick<Layer, 'weights'>>

/** A network of layers, each listed after those that it reads. */
export class LayerStack {
  readonly layers: Layer[] = []

  input(name: string, shape: readonly number[]): Output {
    this.layers.push({ name, type: 'InputLayer', settings: {}, calls: [], weights: {}, shape })
    return { layer: name, call: 0, shape }
  }

  /** A new layer that reads `inputs`. @param shape of what it gives, without the batch */
  add(
    name: string,
    { type, settings, weights = {} }: NewLayer,
    inputs: readonly Output[],
    shape: readonly number[],
  ): Output {
    this.layers.push({ name, type, settings, weights, calls: [{ inputs }] })
    return { layer: name, call: 0, shape }
  }

  /** A layer that is there, called once more: one set of weights, read again. */
  callAgain(name: string, { inputs, settings }: LayerCall, shape: readonly number[]): Output {
    const { calls } = this.layers.find((layer) => layer.name === name)!
    calls.push({ inputs, settings })
    return { layer: name, call: calls.length - 1, shape }
  }
}

/** A network with what goes in, in the order of its arguments, and what comes out. */
export interface LayerModel {
  readonly layers: readonly Layer[]
  readonly inputs: readonly Output[]
  readonly output: Output
}
