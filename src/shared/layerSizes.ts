import { inputSize, type InputShape, layerShapes, type LayerShape, type ModelSpec } from './modelSpec'
import { layerNames, type Network, sizeOfValue, type ValueShape, valueShapes } from './network'

/** How many values go from layer to layer, from the input to the code; through a network to what its last layer gives. */
export function layerWidths(spec: Parameters<typeof layerShapes>[0] & Pick<ModelSpec, 'network'>): number[] {
  if (spec.network)
    return [inputSize(spec.input), ...networkLayers(spec.network, spec.input).map(sizeOfValue)]
  return layerShapes(spec).map(({ height, width, channels }) => height * width * channels)
}

/** What each layer with a kernel gives. */
function networkLayers(network: Network, input: InputShape): ValueShape[] {
  const shapes = valueShapes(network, input)
  return layerNames(network).map((name) => shapes.get(name)!)
}

/** What each layer gives: 49, or 32@14×14 for filters of that size. */
export function layerSizes(spec: ModelSpec): string[] {
  if (spec.network)
    return networkLayers(spec.network, spec.input).map(({ isRow, ...shape }) => sizeInWords(shape, isRow))
  const shapes = layerShapes(spec).slice(1)
  return spec.encoder.map((layer, i) => {
    return sizeInWords(shapes[i]!, layer.type === 'dense')
  })
}

const sizeInWords = ({ height, width, channels }: LayerShape, isRow: boolean) =>
  isRow ? String(channels) : `${channels}@${width}×${height}`

/** Of more groups of layers than this, those in the middle are left out. */
const groupsTold = 8

/** The encoder in a word: 196-81-49; more than two layers alike are counted, 9 × 48@32×32. */
export function describeLayers(spec: ModelSpec): string {
  const groups: { size: string; count: number }[] = []
  for (const size of layerSizes(spec)) {
    const last = groups.at(-1)
    if (last?.size === size) last.count++
    else groups.push({ size, count: 1 })
  }
  const told = groups.map(({ size, count }) =>
    count > 2 ? `${count} × ${size}` : new Array<string>(count).fill(size).join('-'),
  )
  if (!spec.network || told.length <= groupsTold) return told.join('-')
  return [...told.slice(0, groupsTold / 2), '…', ...told.slice(-groupsTold / 2)].join('-')
}
