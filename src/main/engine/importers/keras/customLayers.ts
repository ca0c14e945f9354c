import type { ImportHints } from '../../../../shared/importing'
import { transposed, type Weight } from '../../models/weights'
import {
  inputSides,
  type LayerConfig,
  layersOf,
  nameOf,
  type Network,
  networkOf,
  tensorSides,
} from '../layerConfigs'
import { activationFor, type AssumedActivations, isActivationLayer } from './customActivations'
import { kernelsInLine } from './kernelsInLine'
import type { LayerWeights } from './layerWeights'
import { kerasLayers } from '../network/kerasLayers'
import { namedIn, tieOf, type TieSource } from './tieOf'

/** What was made of layers of somebody's own classes. */
export interface CustomLayers {
  /** A sentence for each. */
  readonly notes: readonly string[]
  readonly assumes: AssumedActivations
}

/** A layer among all of a network, those of networks within it in their place. */
interface Place {
  readonly layer: LayerConfig
  /** Whether no layer with weights comes after it. */
  readonly isLast: boolean
  /** Whether a layer follows that is an activation. */
  readonly isActivated: boolean
}

/**
 * Puts layers that Keras has in place of those of somebody's own classes, whose code is not in the file and would not be
 * run: what they compute is told by the shapes of their weights and by what is said of them. A layer without a kernel of
 * its own beside one whose transpose fits is tied to it; one with a kernel is dense.
 *
 * @param network is changed: such a layer becomes a Dense, a Conv2DTranspose or a Sequential of them
 * @param weights get what the new layers have
 */
export function replaceCustomLayers(
  network: Network,
  weights: LayerWeights,
  hints: ImportHints,
): CustomLayers {
  return new Replacer(weights, hints).replace(network)
}

class Replacer {
  private readonly notes: string[] = []
  private readonly assumes: Record<'hidden' | 'output', boolean> = { hidden: false, output: false }
  /** Layers with kernels before the one that is looked at, and whether a decoder layer reads them already. */
  private readonly sources: TieSource[] = []
  /** How many numbers the layer before gives, or channels. */
  private width = 0
  private imageSize = 0

  constructor(
    private readonly weights: LayerWeights,
    private readonly hints: ImportHints,
  ) {}

  replace(network: Network): CustomLayers {
    const layers = flattened(network)
    const places = layers.map((layer, i): Place => {
      const after = layers.slice(i + 1)
      const next = after.find(({ class_name: type }) => !passing.has(type))
      return {
        layer,
        isLast: after.every((one) => passing.has(one.class_name) || isActivationLayer(one)),
        isActivated: next !== undefined && isActivationLayer(next),
      }
    })
    for (const place of places) this.look(place)
    return { notes: this.notes, assumes: this.assumes }
  }

  private look(place: Place): void {
    const { layer } = place
    const sides = inputSides(layer)
    if (layer.class_name === 'InputLayer' && sides.every((side) => side !== null)) {
      this.width = sides.at(-1) ?? 0
      this.imageSize ||= sides.reduce((product, side) => product * side, 1)
    }
    const reads = tensorSides(layer).at(-1) ?? sides.at(-1) ?? this.width
    const own = this.weights.own.get(layer) ?? []
    if (isKnown(layer)) {
      const [kernel] = own
      if (layer.class_name === 'Flatten') this.width = sizeOfSides(tensorSides(layer)) || sizeOfSides(sides)
      if (layer.class_name === 'Dense' || layer.class_name === 'Conv2D') this.source(layer, kernel)
      return
    }
    const name = layer.class_name.split('>').at(-1)!
    if (this.tie(place, reads, own) || this.inLine(place, reads, own)) return
    layer.class_name = name
  }

  private source(layer: LayerConfig, kernel: Weight | undefined): void {
    if (!kernel) return
    this.sources.push({ layer, name: nameOf(layer), kernel, isTaken: false })
    this.width = kernel.shape.at(-1)!
  }

  /** A layer that reads the kernel of another, transposed. */
  private tie(place: Place, reads: number, own: readonly Weight[]): boolean {
    const { layer } = place
    const held = this.weights.nested.get(layer) ?? new Map<string, Weight[]>()
    const tie = tieOf(layer, reads, own, held, this.sources)
    if (!tie) return false
    const { source, bias, strides, padding } = tie
    const [name, called] = [nameOf(layer), layer.class_name.split('>').at(-1)!]
    const { kernel } = source
    const why = namedIn(layer, source.name) ? 'which it names' : 'whose transpose fits'
    source.isTaken = true
    const common = { name, use_bias: bias !== null, activation: this.activation(place) }
    if (kernel.shape.length === 2) {
      const [rows, columns] = kernel.shape as [number, number]
      const turned = { shape: [columns, rows], data: transposed(kernel.data, rows, columns) }
      become(layer, 'Dense', { ...common, units: rows })
      this.weights.own.set(layer, bias ? [turned, bias] : [turned])
      this.width = rows
    } else {
      become(layer, 'Conv2DTranspose', { ...common, filters: kernel.shape[2], strides, padding })
      this.weights.own.set(layer, bias ? [kernel, bias] : [kernel])
      this.width = kernel.shape[2]!
    }
    this.notes.push(
      `The decoder reads the encoder's kernel, transposed: "${name}" (${called}) that of "${source.name}", ${why}.`,
    )
    return true
  }

  /** A layer with kernels of its own: dense ones, one after the other. */
  private inLine(place: Place, reads: number, own: readonly Weight[]): boolean {
    const { layer, isLast } = place
    const held = [...(this.weights.nested.get(layer) ?? [])]
    const wanted = isLast && this.imageSize > 0 ? this.imageSize : null
    const line = kernelsInLine(reads, own, held, wanted)
    if (!line) return false
    const [name, called] = [nameOf(layer), layer.class_name.split('>').at(-1)!]
    const last = this.activation(place)
    const configs = line.map(({ kernel, bias }, i) => {
      const activation = i === line.length - 1 ? last : this.hidden()
      const config = {
        name: `${name}_${i + 1}`,
        units: kernel.shape[1]!,
        use_bias: bias !== null,
        activation,
      }
      return { class_name: 'Dense', name: config.name, config }
    })
    become(layer, 'Sequential', { name, layers: configs })
    layersOf(networkOf(layer)!).forEach((made, i) => {
      const { kernel, bias } = line[i]!
      this.weights.own.set(made, bias ? [kernel, bias] : [kernel])
      this.source(made, kernel)
    })
    const layers = line.length === 1 ? 'a dense layer' : `${line.length} dense layers, one after the other`
    const tied = line.filter(({ isTied }) => isTied).length
    this.notes.push(
      `"${name}" is a layer of the class ${called}, whose code is not in the file: by its weights it is taken for ${layers}${tied > 0 ? `, of which the last ${tied === 1 ? 'one reads the kernel of the first' : `${tied} read the kernels of the first`}, transposed` : ''}.`,
    )
    return true
  }

  private activation({ layer, isLast, isActivated }: Place): string {
    const said = activationFor(layer)
    if (said !== null) return said
    if (isActivated) return 'linear'
    if (!isLast) return this.hidden()
    this.assumes.output = true
    return this.hints.output ?? 'sigmoid'
  }

  private hidden(): string {
    this.assumes.hidden = true
    return this.hints.hidden ?? 'relu'
  }
}

/** Layers that hold no weights and pass on what they get, or its numbers in another shape. */
const passing = new Set([
  'InputLayer',
  'Reshape',
  'Flatten',
  'Dropout',
  'GaussianNoise',
  'ActivityRegularization',
])

const isKnown = ({ class_name: type }: LayerConfig) =>
  Object.hasOwn(kerasLayers, type) || type === 'TiedDense'

const sizeOfSides = (sides: readonly (number | null)[]) =>
  sides.reduce<number>((product, side) => product * (side ?? 0), sides.length > 0 ? 1 : 0)

function become(layer: LayerConfig, type: string, config: Record<string, unknown>): void {
  layer.class_name = type
  layer.config = config
}

/** All layers, those of networks in their place. */
function flattened(network: Network, depth = 0): LayerConfig[] {
  if (depth > 8) return []
  return layersOf(network).flatMap((layer) => {
    const inner = networkOf(layer)
    return inner ? flattened(inner, depth + 1) : [layer]
  })
}
