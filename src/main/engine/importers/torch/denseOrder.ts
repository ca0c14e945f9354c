import type { StateLayer } from './stateLayers'
import { encoderFirst } from './stateLayers'

export type Linear = Extract<StateLayer, { kind: 'linear' }>

/** Layers in the order in which values go through them. */
export interface DenseOrder {
  readonly layers: readonly StateLayer[]
  /** Layers beside others that give as much out of the same: the spread of a variational autoencoder's code. */
  readonly left: readonly string[]
}

/** How people call the layer that says how far a code is spread. */
export const spreads = /log_?(?:var|sigma|std)|var(?:iance)?$|sigma|std/i

/**
 * The order of dense layers (and of normalisations between them) in which each reads what the one before gives: that of the
 * file where it keeps one, that of the names, or the only one that there is. One that leads back to as many numbers as it
 * begins with comes first.
 * @returns null where no order does
 */
export function denseOrder(layers: readonly StateLayer[], isOrdered: boolean): DenseOrder | null {
  const named = layers.toSorted(encoderFirst)
  const plain = layers.filter(({ name }) => !spreads.test(name))
  const candidates = [
    ...(isOrdered ? [layers] : []),
    named,
    ...(layers.every(({ kind }) => kind === 'linear') ? byShapes(layers as readonly Linear[]) : []),
    ...(plain.every(({ kind }) => kind === 'linear') && plain.length < layers.length
      ? byShapes(plain as readonly Linear[])
      : []),
  ]
  const orders = candidates.flatMap((candidate) => {
    const order = inOrder(candidate)
    return order
      ? [
          {
            ...order,
            left: layers
              .map(({ name }) => name)
              .filter((name) => !order.layers.some((one) => one.name === name)),
          },
        ]
      : []
  })
  return orders.find(({ layers: found }) => leadsBack(found)) ?? orders[0] ?? null
}

function leadsBack(layers: readonly StateLayer[]): boolean {
  const linear = layers.filter((layer): layer is Linear => layer.kind === 'linear')
  return linear[0]!.kernel.shape[1] === linear.at(-1)!.kernel.shape[0]
}

/** What follows one another as it is, where of two layers beside each other one is left out; null where it does not. */
function inOrder(layers: readonly StateLayer[]): DenseOrder | null {
  const kept: StateLayer[] = []
  const left: string[] = []
  let width: number | null = null
  for (const layer of layers) {
    if (layer.kind === 'norm') {
      if (layer.gain.length !== width) return null
      kept.push(layer)
      continue
    }
    if (layer.kind !== 'linear') return null
    const [gives, reads] = layer.kernel.shape as [number, number]
    const before = kept.findLast((one): one is Linear => one.kind === 'linear')
    if (width === null || reads === width) kept.push(layer)
    else if (before?.kernel.shape[1] === reads && before.kernel.shape[0] === gives) {
      const isSpread = spreads.test(before.name) && !spreads.test(layer.name)
      left.push(isSpread ? before.name : layer.name)
      if (isSpread) kept[kept.indexOf(before)] = layer
      continue
    } else return null
    width = gives
  }
  return { layers: kept, left }
}

const mostLayers = 24

/** The only order that goes through all layers and leads back to the width that it begins with; none where there are several. */
function byShapes(layers: readonly Linear[]): Linear[][] {
  if (layers.length > mostLayers) return []
  const found: Linear[][] = []
  const widest = Math.max(...layers.map(({ kernel }) => kernel.shape[1]!))
  const go = (line: Linear[], rest: readonly Linear[]) => {
    if (found.length > 1) return
    if (rest.length === 0) {
      if (line.at(-1)!.kernel.shape[0] === line[0]!.kernel.shape[1]) found.push(line)
      return
    }
    const width = line.at(-1)?.kernel.shape[0] ?? widest
    const seen = new Set<string>()
    for (const layer of rest) {
      // Of layers with the same shape the order of their names is as good as another.
      const shape = layer.kernel.shape.join()
      if (layer.kernel.shape[1] !== width || seen.has(shape)) continue
      seen.add(shape)
      go(
        [...line, layer],
        rest.filter((one) => one !== layer),
      )
    }
  }
  go([], layers.toSorted(encoderFirst))
  return found.length === 1 ? found : []
}
