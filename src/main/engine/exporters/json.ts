import { parametersOf } from '../models/autoencoder'
import { decimals } from '../files/decimals'
import type { Weight } from '../models/weights'
import type { Exporter } from './exporter'

/** Everything as text: the model, and its weights as nested lists of their shapes, shortest decimals that give the same float32. */
export const jsonExporter: Exporter = {
  write({ spec, weights, about }) {
    const { trained, copies } = parametersOf(spec)
    const head = `{\n "about": ${JSON.stringify(about)},\n "spec": ${JSON.stringify(spec)},\n "weights": {`
    const named = [...trained, ...copies].map(({ name }): [string, Weight] => [name, weights[name]!])
    return [{ path: 'model.json', content: pieces(head, named) }]
  },
}

/** A line of text at a time: a large model's would be larger than a string may be. */
function* pieces(head: string, named: readonly [string, Weight][]): Iterable<Uint8Array> {
  yield Buffer.from(head)
  for (const [i, [name, { shape, data }]] of named.entries()) {
    yield Buffer.from(`${i ? ',' : ''}\n  ${JSON.stringify(name)}: `)
    yield* nested(data, shape)
  }
  yield Buffer.from('\n }\n}\n')
}

function* nested(data: Float32Array, [size, ...inner]: readonly number[]): Iterable<Uint8Array> {
  if (inner.length === 0) {
    yield Buffer.from('[')
    yield decimals(data)
    return yield Buffer.from(']')
  }
  const step = data.length / size!
  for (let i = 0; i < size!; i++) {
    yield Buffer.from(i ? ',' : '[')
    yield* nested(data.subarray(i * step, (i + 1) * step), inner)
  }
  yield Buffer.from(']')
}
