import type { ImportHints } from '../../../../shared/importing'
import type { Chain, Step } from '../chain'
import { type ImportedModel, unfitting } from '../importedModel'
import { assumedInput } from './assumedInput'
import { type Half, withDecoder, withEncoder } from './halves'
import { cropAndGrow, type Margins, sameMargins, sameOverlap } from './margins'
import { modelOfNetwork } from './modelOfNetwork'
import { NetworkBuilder, vector } from './networkBuilder'
import { compositeActivations } from './composites'

type Four = [number, number, number, number]

/**
 * A chain of steps as it stands, where its second half is no mirror of the first.
 * @param half what the chain is of an autoencoder, if it is not the whole
 * @throws ExpectedError `unsupported`
 */
export function networkOfChain(chain: Chain, hints: ImportHints, half?: Half): ImportedModel {
  const notes: string[] = []
  const { flatOrder: order, residual, name } = chain
  const about = { name, about: {}, notes }
  if (half === 'decoder') {
    const shape = { height: 1, width: 1, channels: chain.input as number, isRow: true }
    const read = (into: NetworkBuilder, code: string) => along(into, chain, code)
    const { builder, image, code } = withEncoder(shape, order, read, hints, notes)
    return modelOfNetwork(builder, image, about, hints, { kind: 'decoder', code })
  }
  const image = typeof chain.input === 'number' ? assumedInput(chain.input, hints, notes) : chain.input
  const builder = new NetworkBuilder(image)
  let value = along(builder, chain, 'image')
  if (half === 'encoder') {
    const ended = withDecoder(builder, value, order)
    return modelOfNetwork(builder, ended.image, about, hints, { kind: 'encoder', code: ended.code })
  }
  if (builder.shape(value).isRow)
    value = builder.add('output_image', { op: 'unflatten', order, ...image }, [value])
  if (residual)
    value = builder.add(
      'output',
      { op: residual === 'added' ? 'add' : 'sub' },
      residual === 'added' ? [value, 'image'] : ['image', value],
    )
  return modelOfNetwork(builder, value, about, hints)
}

/** @returns what the last step gives */
function along(builder: NetworkBuilder, { steps, flatOrder: order }: Chain, from: string): string {
  let value = from
  steps.forEach((step, i) => {
    const { isRow, channels } = builder.shape(value)
    if (step.kind === 'dense' && !isRow)
      value = builder.add(`${step.name}_row`, { op: 'flatten', order }, [value])
    const isOfAny = step.kind === 'activation' || step.kind === 'bend' || step.kind === 'scale'
    if (step.kind !== 'dense' && !isOfAny && isRow)
      value = builder.add(
        `${step.name}_image`,
        { op: 'unflatten', order, ...squareOf(channels, steps.slice(i)) },
        [value],
      )
    value = put(builder, step, value)
  })
  return value
}

/** The image that numbers become before the next convolution. */
function squareOf(
  numbers: number,
  steps: readonly Step[],
): { height: number; width: number; channels: number } {
  const next = steps.find((step) => step.kind === 'conv' || step.kind === 'transposed')
  const channels = next && 'kernel' in next ? next.kernel.shape[next.kind === 'conv' ? 2 : 3]! : 1
  const side = Math.sqrt(numbers / channels)
  if (!Number.isInteger(side))
    throw unfitting(`${numbers} numbers are no square image of ${channels} channels.`)
  return { height: side, width: side, channels }
}

function put(builder: NetworkBuilder, step: Step, value: string): string {
  const { name } = step
  switch (step.kind) {
    case 'activation':
      if (step.activation === 'linear') return value
      return builder.add(`${name}_activation`, { op: 'activation', activation: step.activation }, [value])
    case 'bend':
      if (step.activation === 'leaky-relu-0.01')
        return builder.add(`${name}_activation`, { op: 'leaky', slope: 0.01 }, [value])
      return compositeActivations[step.activation](builder, `${name}_activation`, value)
    case 'scale': {
      const weights = { gain: vector(step.gain), shift: vector(step.shift) }
      return builder.add(name, { op: 'scale', channels: step.gain.length }, [value], weights)
    }
    case 'pool':
      return builder.add(name, { op: 'pool', pooling: step.pooling, size: step.size }, [value])
    case 'enlarge':
      return builder.add(name, { op: 'upsample', interpolation: step.upsampling, size: step.size }, [value])
    default:
      return layer(builder, step, value)
  }
}

function layer(
  builder: NetworkBuilder,
  step: Extract<Step, { kind: 'dense' | 'conv' | 'transposed' }>,
  value: string,
): string {
  const { name, kernel, bias } = step
  const weights = { kernel, ...(bias ? { bias } : {}) }
  const hasBias = bias !== null
  if (step.kind === 'dense') {
    const [reads, units] = kernel.shape as [number, number]
    return builder.add(name, { op: 'dense', reads, units, bias: hasBias }, [value], weights)
  }
  const [height, width, a, b] = kernel.shape as Four
  const size: [number, number] = [height, width]
  const { stride, pads } = step
  if (step.kind === 'conv') {
    const around =
      pads === 'same' ? sameMargins(builder.shape(value), size, { stride, dilation: 1 }) : (pads as Margins)
    const draft = {
      op: 'conv',
      kernel: size,
      reads: a,
      filters: b,
      stride,
      dilation: 1,
      pads: around,
    } as const
    return builder.add(name, { ...draft, bias: hasBias }, [value], weights)
  }
  const cut = pads === 'same' ? sameOverlap(size, stride) : (pads as Margins)
  const draft = {
    op: 'conv-transposed',
    kernel: size,
    filters: a,
    reads: b,
    stride,
    ...cropAndGrow(cut),
  } as const
  return builder.add(name, { ...draft, bias: hasBias }, [value], weights)
}
