import type { Weight } from '../../models/weights'
import { type LayerConfig, nameOf } from '../layerConfigs'

/** A layer whose kernel another may read. */
export interface TieSource {
  readonly layer: LayerConfig | null
  readonly name: string
  readonly kernel: Weight
  isTaken: boolean
}

export interface Tie {
  readonly source: TieSource
  readonly bias: Weight | null
  /** Of a convolution. */
  readonly strides: unknown
  readonly padding: unknown
}

/** How people call layers that are tied to another. */
const tiedNames = /tie|tying|transpos|mirror|shar|revers|symmetr|decod/i

/**
 * What a layer without a kernel of its own is tied to: the layer that it names or holds, or else the last one before it that
 * no other reads and whose transpose fits. Null where nothing says that it is tied.
 *
 * @param reads how many numbers it reads, or channels
 * @param held weights of layers within it
 */
export function tieOf(
  layer: LayerConfig,
  reads: number,
  own: readonly Weight[],
  held: ReadonlyMap<string, readonly Weight[]>,
  before: readonly TieSource[],
): Tie | null {
  if (own.length > 1 || own.some(({ shape }) => shape.length !== 1)) return null
  const bias = own[0] ?? null
  const within = [...held].flatMap(([name, weights]): TieSource[] => {
    const kernel = weights.find(({ shape }) => shape.length === 2 || shape.length === 4)
    return kernel ? [{ layer: null, name, kernel, isTaken: false }] : []
  })
  // One that holds kernels of its own which read what it gets, decoder or not, is none.
  const readsStraight = within.some(
    (one) =>
      one.kernel.shape.at(-2) === reads && one.kernel.shape.at(-1) !== reads && known(one, before) === one,
  )
  if (readsStraight) return null
  const gives = bias?.data.length ?? sizeSaid(layer)
  const fits = ({ kernel: { shape } }: TieSource) =>
    shape.at(-1) === reads && (gives === null || shape.at(-2) === gives)
  const sources = [...before, ...within.map((one) => known(one, before))].filter(fits)
  const named = sources.filter(({ name }) => namedIn(layer, name))
  const source =
    named.at(-1) ??
    sources.findLast((one) => within.some(({ name }) => name === one.name)) ??
    sources.findLast(({ isTaken }) => !isTaken) ??
    sources.at(-1)
  if (!source) return null
  const isNamed = named.length > 0 || within.length > 0 || tiedNames.test(layer.class_name)
  // A bias as long as what a layer reads may as well be its only weight: a layer that adds or multiplies.
  if (!isNamed && (bias === null || bias.data.length === reads)) return null
  const from = source.layer?.config ?? {}
  const { strides = from.strides ?? 1, padding = from.padding ?? 'same' } = layer.config
  return { source, bias, strides, padding }
}

/** The same layer where it is one of those before, by its name or its numbers. */
function known(one: TieSource, before: readonly TieSource[]): TieSource {
  const last = one.name.split('/').at(-1)
  return (
    before.find(({ name }) => name === last) ??
    before.find(
      ({ kernel }) =>
        kernel.shape.join() === one.kernel.shape.join() &&
        kernel.data.every((value, i) => value === one.kernel.data[i]),
    ) ??
    one
  )
}

/** How many numbers or channels it says that it gives. */
function sizeSaid({ config }: LayerConfig): number | null {
  for (const key of ['units', 'filters', 'output_dim', 'out_features', 'output_size'])
    if (typeof config[key] === 'number') return config[key]
  return null
}

/** Whether what is said of a layer names another one. */
export function namedIn(layer: LayerConfig, name: string): boolean {
  const own = nameOf(layer)
  const look = (value: unknown, depth: number): boolean =>
    depth < 8 &&
    (value === name ||
      (typeof value === 'object' &&
        value !== null &&
        Object.values(value as Record<string, unknown>).some((part) => look(part, depth + 1))))
  return name !== own && look({ ...layer.config, name: null }, 0)
}
