import { parametersOf } from '../models/autoencoder'
import type { Exporter } from './exporter'

/** Everything as text: the model, and its weights as nested lists of their shapes, shortest decimals that give the same float32. */
export const jsonExporter: Exporter = {
  format: 'json',
  write({ spec, weights, about }) {
    const { trained, copies } = parametersOf(spec)
    const lines = [...trained, ...copies].map(({ name }) => {
      const { shape, data } = weights[name]!
      return `  ${JSON.stringify(name)}: ${nested(data, shape)}`
    })
    const head = `{\n "about": ${JSON.stringify(about)},\n "spec": ${JSON.stringify(spec)},\n "weights": {\n`
    return [{ path: 'model.json', bytes: Buffer.from(`${head}${lines.join(',\n')}\n }\n}\n`) }]
  },
}

function nested(data: Float32Array, [size, ...inner]: readonly number[]): string {
  if (inner.length === 0) return `[${Array.from(data, shortest).join(',')}]`
  const step = data.length / size!
  const parts = Array.from({ length: size! }, (_, i) =>
    nested(data.subarray(i * step, (i + 1) * step), inner),
  )
  return `[${parts.join(',')}]`
}

/** Nine digits tell every float32 from its neighbours. */
export const shortest = (value: number): string => String(Number(value.toPrecision(9)))
