import { transposed, type Weight } from '../../models/weights'
import { batchNorm } from '../network/batchNorm'
import type { StateLayer } from '../torch/stateLayers'

/** A layer by its place in the file, with its weights in the order in which Keras makes them. */
type Placed = readonly [place: string, weights: readonly Weight[]]

/** More orders than anybody would look at. */
const most = 64
const mostSteps = 20_000

interface Value {
  readonly numbers: number
  readonly isRow: boolean
}

/**
 * The orders in which layers with convolutions may follow one another. Keras counts the layers of each class by themselves,
 * so that only those of one class are known to be in order; each reads as many channels as the one before gives. Kernels are
 * as PyTorch has them.
 *
 * @param isOrdered whether the file lists the layers as they follow one another
 * @returns no orders where there are none, or weights are none of dense layers, convolutions and normalisations
 */
export function kerasLines(found: readonly Placed[], isOrdered: boolean): readonly (readonly StateLayer[])[] {
  const layers = found.map(layerOf)
  if (!layers.every((layer) => layer !== null)) return []
  const queues = isOrdered ? [layers] : queuesOf(layers)
  const lines: StateLayer[][] = []
  let steps = 0
  const go = (line: readonly StateLayer[], value: Value | null, left: readonly (readonly StateLayer[])[]) => {
    if (++steps > mostSteps || lines.length >= most) return
    const open = left.filter((queue) => queue.length > 0)
    if (open.length === 0) {
      lines.push([...line])
      return
    }
    for (const queue of open) {
      const [next, ...rest] = queue as [StateLayer, ...StateLayer[]]
      // A network within the network comes whole before the next one.
      if (open.some(([first]) => isBefore(first!.name, next.name))) continue
      const others = left.map((one) => (one === queue ? rest : one))
      const given = after(next, value)
      if (given) go([...line, next], given, others)
      else if (isBeside(line, next)) go([...line, next], value, others)
    }
  }
  go([], null, queues)
  return lines.toSorted((a, b) => oddness(a) - oddness(b))
}

/** How unusual an order is: what decodes comes after a dense code, and a normalisation after a layer that has no bias. */
function oddness(line: readonly StateLayer[]): number {
  const mayLackBias = line.some((layer) => layer.kind !== 'norm' && layer.bias === null)
  return line.reduce((sum, layer, i) => {
    const before = line[i - 1]
    if (layer.kind === 'norm')
      return sum + (before?.kind === 'norm' ? 5 : mayLackBias && before?.bias ? 1 : 0)
    const isLate =
      layer.kind === 'linear' &&
      line.slice(0, i).some((one) => one.kind === 'conv' && one.as === 'transposed')
    return sum + (isLate ? 3 : 0)
  }, 0)
}

/** Those of one class in one network, by their numbers. */
function queuesOf(layers: readonly StateLayer[]): readonly (readonly StateLayer[])[] {
  const queues = new Map<string, StateLayer[]>()
  for (const layer of layers.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))) {
    const key = layer.name.replace(/_\d+$/, '')
    queues.set(key, [...(queues.get(key) ?? []), layer])
  }
  return [...queues.values()]
}

/** Whether a layer is in a network that comes before that of another: the encoder, or the one that is made first. */
function isBefore(a: string, b: string): boolean {
  const [first, second] = [networkAt(a), networkAt(b)]
  if (first === second || first === '' || second === '') return false
  const side = (name: string) => (/dec/i.test(name) ? 1 : 0)
  const sides = side(first) - side(second)
  return sides !== 0 ? sides < 0 : first.localeCompare(second, 'en', { numeric: true }) < 0
}

const networkAt = (name: string) =>
  name
    .split('.')
    .slice(0, -1)
    .join('.')
    .replace(/^layers$/, '')

/** What a layer gives; null where it does not read that. */
function after(layer: StateLayer, value: Value | null): Value | null {
  if (layer.kind === 'norm') return value?.numbers === layer.gain.length ? value : null
  const [first, second] = layer.kernel.shape as [number, number]
  if (layer.kind === 'linear') {
    const reads = value === null || (value.isRow ? value.numbers === second : second % value.numbers === 0)
    return reads ? { numbers: first, isRow: true } : null
  }
  const [reads, gives] = layer.as === 'transposed' ? [first, second] : [second, first]
  const fits = value === null || (value.isRow ? value.numbers % reads === 0 : value.numbers === reads)
  return fits ? { numbers: gives, isRow: false } : null
}

/** Of a variational autoencoder's code the mean and the spread are dense layers beside each other. */
function isBeside(line: readonly StateLayer[], layer: StateLayer): boolean {
  const last = line.at(-1)
  return (
    layer.kind === 'linear' &&
    last?.kind === 'linear' &&
    last.kernel.shape.join() === layer.kernel.shape.join()
  )
}

/** What Keras adds to a variance where nobody says another number. */
const epsilon = 1e-3

function layerOf([name, weights]: Placed): StateLayer | null {
  const shapes = weights.map(({ shape }) => shape.length).join()
  const [kernel, bias = null] = weights
  if (shapes === '2' || shapes === '2,1') {
    const [reads, units] = kernel!.shape as [number, number]
    const turned = { shape: [units, reads], data: transposed(kernel!.data, reads, units) }
    return { name, kind: 'linear', kernel: turned, bias }
  }
  if (shapes === '4' || shapes === '4,1') {
    const as = /conv\d?d?_?transpose/i.test(name)
      ? 'transposed'
      : /(?:^|\.)conv2d(?:_\d+)?$/.test(name)
        ? 'conv'
        : undefined
    return { name, kind: 'conv', kernel: channelsFirst(kernel!), bias, ...(as ? { as } : {}) }
  }
  if (shapes !== '1,1,1,1') return null
  const [gamma, beta, mean, variance] = weights.map(({ data }) => data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const { gain, shift } = batchNorm({ gamma, beta, mean, variance }, epsilon)
  return { name, kind: 'norm', gain: gain.data, shift: shift.data }
}

/** Height × width × a × b as b × a × height × width. */
function channelsFirst({ shape, data }: Weight): Weight {
  const [height, width, a, b] = shape as [number, number, number, number]
  const turned = transposed(data, height * width, a * b)
  const result = new Float32Array(data.length)
  const pixels = height * width
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      result.set(turned.subarray((i * b + j) * pixels, (i * b + j + 1) * pixels), (j * a + i) * pixels)
  return { shape: [b, a, height, width], data: result }
}
