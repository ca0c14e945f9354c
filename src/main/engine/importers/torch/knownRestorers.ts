import type { ImportHints } from '../../../../shared/importing'
import type { Weight } from '../../models/weights'
import type { ImportedModel } from '../importedModel'
import { spatialFirst } from '../spatialFirst'
import { modelOfNetwork } from '../network/modelOfNetwork'
import { sentence } from '../../../../shared/texts/sentence'
import { NetworkBuilder, type NodeDraft } from '../network/networkBuilder'
import { type Kerneled, withNorms } from './convolutionChain'
import { refused, type StateLayer } from './stateLayers'

type Convolution = Extract<Kerneled, { kind: 'conv' }>

/** A network that is known by the names and shapes of its layers. */
interface Known {
  readonly name: string
  readonly matches: (layers: readonly Convolution[]) => boolean
  /** Of its images. */
  readonly channels: (layers: readonly Convolution[]) => number
  /** @returns the image that it gives */
  readonly build: (to: Puts, layers: readonly Convolution[]) => string
}

/**
 * Denoisers whose skips and blocks no shapes tell, but whose names are known: DRUNet (Zhang et al. 2021), FFDNet (Zhang et
 * al. 2018), and the U-Net whose parts are called inc, down1…, up1… and outc.
 * @returns null for any other
 */
export function knownRestorer(
  layers: readonly StateLayer[],
  file: string,
  hints: ImportHints,
): ImportedModel | null {
  if (layers.some(({ kind }) => kind === 'linear') || layers[0]?.kind !== 'conv') return null
  const told = layers.map((layer): StateLayer => {
    if (layer.kind !== 'conv') return layer
    return { ...layer, as: /\.up$/.test(layer.name) ? 'transposed' : 'conv' }
  })
  const convolutions = withNorms(told).filter((layer): layer is Convolution => layer.kind === 'conv')
  const found = known.find(({ matches }) => matches(convolutions))
  if (!found || convolutions.some(({ afterwards }) => afterwards)) return null
  const channels = found.channels(convolutions)
  if (channels !== 1 && channels !== 3)
    throw refused(sentence('importing.readsChannels', { name: convolutions[0]!.name, file, channels }))
  const { height, width } = hints.input ?? { height: 64, width: 64 }
  const builder = new NetworkBuilder({ height, width, channels })
  const output = found.build(new Puts(builder), convolutions)
  const notes = [
    `${file} is taken for ${found.name} by the names and shapes of its layers: how they go together is not in it.`,
  ]
  return {
    ...modelOfNetwork(
      builder,
      output,
      { name: null, about: {}, notes },
      { ...hints, range: hints.range ?? '0..1' },
    ),
    proved: false,
  }
}

class Puts {
  constructor(readonly builder: NetworkBuilder) {}

  /** A convolution that keeps the size of what it reads, or halves it; a transposed one doubles it. */
  layer(
    { name, kernel, bias }: Convolution,
    value: string,
    as: 'same' | 'halved' | 'doubled' = 'same',
  ): string {
    const [a, b, height, width] = kernel.shape as [number, number, number, number]
    const weights: Record<string, Weight> = { kernel: spatialFirst(kernel), ...(bias ? { bias } : {}) }
    const common = { kernel: [height, width] as [number, number], bias: bias !== null }
    const pad = as === 'same' ? (height - 1) / 2 : 0
    if (as === 'doubled')
      return this.builder.add(
        name,
        {
          op: 'conv-transposed',
          ...common,
          reads: a,
          filters: b,
          stride: 2,
          crop: [0, 0, 0, 0],
          grow: [0, 0, 0, 0],
        },
        [value],
        weights,
      )
    const stride = as === 'halved' ? 2 : 1
    return this.builder.add(
      name,
      { op: 'conv', ...common, reads: b, filters: a, stride, dilation: 1, pads: [pad, pad, pad, pad] },
      [value],
      weights,
    )
  }

  relu(value: string): string {
    return this.builder.add(`${value}_relu`, { op: 'activation', activation: 'relu' }, [value])
  }

  add(a: string, b: string): string {
    return this.builder.add(`${a}_sum`, { op: 'add' }, [a, b])
  }
}

/** x + conv(ReLU(conv(x))), as many times as there are layers for it. */
function residuals(to: Puts, layers: readonly Convolution[], value: string): string {
  let x = value
  for (let i = 0; i + 1 < layers.length; i += 2)
    x = to.add(x, to.layer(layers[i + 1]!, to.relu(to.layer(layers[i]!, x))))
  return x
}

const named = (layers: readonly Convolution[], start: string) =>
  layers
    .filter(({ name }) => name === start || name.startsWith(`${start}.`))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))

const drunet: Known = {
  name: 'DRUNet',
  matches: (layers) =>
    ['m_head', 'm_down1', 'm_down2', 'm_down3', 'm_body', 'm_up3', 'm_up2', 'm_up1', 'm_tail'].every(
      (part) => named(layers, part).length > 0,
    ),
  channels: (layers) => named(layers, 'm_tail')[0]!.kernel.shape[0]!,
  build(to, layers) {
    const fed = to.builder.add('image_sigma', { op: 'concat' }, ['image', 'sigma'])
    const skips = [to.layer(named(layers, 'm_head')[0]!, fed)]
    for (const part of ['m_down1', 'm_down2', 'm_down3']) {
      const own = named(layers, part)
      skips.push(to.layer(own.at(-1)!, residuals(to, own.slice(0, -1), skips.at(-1)!), 'halved'))
    }
    let value = residuals(to, named(layers, 'm_body'), skips.at(-1)!)
    for (const part of ['m_up3', 'm_up2', 'm_up1']) {
      const [first, ...own] = named(layers, part) as [Convolution, ...Convolution[]]
      value = residuals(to, own, to.layer(first, to.add(value, skips.pop()!), 'doubled'))
    }
    return to.layer(named(layers, 'm_tail')[0]!, to.add(value, skips.pop()!))
  },
}

const ffdnet: Known = {
  name: 'FFDNet',
  matches: (layers) => {
    const [gives, reads] = [layers.at(-1)?.kernel.shape[0], layers[0]?.kernel.shape[1]]
    const isLine = layers.every(
      ({ kernel }, i) => i === 0 || kernel.shape[1] === layers[i - 1]!.kernel.shape[0],
    )
    return isLine && layers.length > 2 && (reads === 5 || reads === 13) && gives === reads - 1
  },
  channels: (layers) => (layers[0]!.kernel.shape[1]! - 1) / 4,
  build(to, layers) {
    const blocks = to.builder.add('blocks', { op: 'unshuffle', block: 2, order: 'channels-first' }, ['image'])
    let value = to.builder.add('blocks_sigma', { op: 'concat' }, [blocks, 'sigma'])
    layers.forEach((layer, i) => {
      value = to.layer(layer, value)
      if (i < layers.length - 1) value = to.relu(value)
    })
    return to.builder.add('pixels', { op: 'shuffle', block: 2, order: 'channels-first' }, [value])
  },
}

/** Two convolutions at each size, and ReLU after each. */
function double(to: Puts, layers: readonly Convolution[], value: string): string {
  return layers.reduce((x, layer) => to.relu(to.layer(layer, x)), value)
}

const unet: Known = {
  name: 'a U-Net',
  matches: (layers) =>
    ['inc', 'down1', 'up1', 'outc'].every((part) => named(layers, part).length > 0) &&
    named(layers, 'outc').length === 1,
  channels: (layers) => named(layers, 'outc')[0]!.kernel.shape[0]!,
  build(to, layers) {
    const { builder } = to
    const skips = [double(to, named(layers, 'inc'), 'image')]
    const depth = [1, 2, 3, 4, 5, 6].filter((at) => named(layers, `down${at}`).length > 0).length
    for (let at = 1; at <= depth; at++) {
      const half = builder.add(`pool${at}`, { op: 'pool', pooling: 'max', size: 2 }, [skips.at(-1)!])
      skips.push(double(to, named(layers, `down${at}`), half))
    }
    let value = skips.pop()!
    for (let at = 1; at <= depth; at++) {
      const own = named(layers, `up${at}`)
      const up = own.find(({ name }) => name === `up${at}.up`)
      const larger = up ? to.layer(up, value, 'doubled') : builder.add(`up${at}`, enlarged, [value])
      const joined = builder.add(`join${at}`, { op: 'concat' }, [skips.pop()!, larger])
      value = double(
        to,
        own.filter((layer) => layer !== up),
        joined,
      )
    }
    return to.layer(named(layers, 'outc')[0]!, value)
  },
}

/** nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True) */
const enlarged: Extract<NodeDraft, { op: 'resize' }> = {
  op: 'resize',
  interpolation: 'linear',
  coordinates: 'align-corners',
  rounding: 'floor',
  coefficient: -0.75,
  scales: [2, 2],
}

const known: readonly Known[] = [drunet, ffdnet, unet]
