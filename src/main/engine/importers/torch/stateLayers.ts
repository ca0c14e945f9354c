import { ExpectedError } from '../../../../shared/errors'
import { transposed, type Weight } from '../../models/weights'
import { batchNorm } from '../network/batchNorm'
import { sentence } from '../../../../shared/texts/sentence'

/** A layer of a state_dict, by the names and shapes of its tensors; kernels are as PyTorch has them. */
export type StateLayer = { readonly name: string } & (
  | { readonly kind: 'linear'; readonly kernel: Weight; readonly bias: Weight | null }
  | {
      readonly kind: 'conv'
      readonly kernel: Weight
      readonly bias: Weight | null
      /** Where the file says which of the two it is. */
      readonly as?: 'conv' | 'transposed'
    }
  | { readonly kind: 'norm'; readonly gain: Float32Array; readonly shift: Float32Array }
)

export interface State {
  readonly layers: readonly StateLayer[]
  /** Vectors that belong to no layer: biases of a decoder that has no kernels of its own. */
  readonly loose: readonly (readonly [string, Weight])[]
}

/** A state_dict that cannot be read as a network. @param what says why */
export const refused = (what: string) => new ExpectedError('unsupported', what)

/** What belongs to no value that a network gives. */
const counters = /num_batches_tracked|\.total_(?:ops|params)$|position_ids/

/**
 * The layers of a state_dict: NAME.weight, outputs × inputs of a dense layer, and NAME.bias. A matrix with a name of its own
 * (torch.nn.Parameter) is a kernel too.
 * @throws ExpectedError `unsupported`, naming what is no such layer
 */
export function stateLayers(tensors: Iterable<readonly [string, Weight]>, file: string): State {
  const groups = new Map<string, Map<string, Weight>>()
  for (const [name, weight] of withoutNorms(tensors)) {
    if (counters.test(name)) continue
    const at = name.lastIndexOf('.')
    const part = name.slice(at + 1)
    const [owner, last] = partNames.has(part) ? [name.slice(0, Math.max(0, at)), part] : [name, 'self']
    const group = groups.get(owner) ?? new Map<string, Weight>()
    groups.set(owner, group.set(last, weight))
  }
  const layers: StateLayer[] = []
  const loose: [string, Weight][] = []
  for (const [name, parts] of groups) {
    const self = parts.get('self')
    if (self?.shape.length === 1) loose.push([name, self])
    else layers.push(layerOf(name, parts, loose, file))
  }
  // Vectors beside matrices that have names of their own: w and b, or encoder_weight and encoder_bias.
  const bare = layers.map((layer): StateLayer => {
    const isBare = layer.name === '' || groups.get(layer.name)?.has('self')
    if (layer.kind !== 'linear' || layer.bias || !isBare) return layer
    const at = loose.findIndex(([, { data }]) => data.length === layer.kernel.shape[0])
    return at < 0 ? layer : { ...layer, bias: loose.splice(at, 1)[0]![1] }
  })
  if (bare.length === 0) throw refused(sentence('importing.noTorchLayers', { file }))
  return { layers: bare, loose }
}

/** Length and direction, as torch.nn.utils.weight_norm keeps a weight, now and before. */
const lengths = /^(.*)\.?(?:parametrizations\.weight\.original0|weight_g)$/

/** Weights that are kept as directions and lengths, multiplied out: w = g · v / ‖v‖ of each output (Salimans & Kingma 2016). */
function withoutNorms(tensors: Iterable<readonly [string, Weight]>): Map<string, Weight> {
  const all = new Map(tensors)
  for (const [name, { data: length }] of [...all]) {
    const [, owner] = lengths.exec(name) ?? []
    const other = name.replace(/original0$/, 'original1').replace(/weight_g$/, 'weight_v')
    const direction = all.get(other)
    if (owner === undefined || !direction || direction.shape[0] !== length.length) continue
    const each = direction.data.length / length.length
    const data = Float32Array.from(direction.data)
    for (let row = 0; row < length.length; row++) {
      const part = data.subarray(row * each, (row + 1) * each)
      const size = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0))
      for (let i = 0; i < each; i++) part[i]! *= length[row]! / size
    }
    all.delete(name)
    all.delete(other)
    all.set(owner.replace(/\.?$/, '.weight').replace(/^\./, ''), { shape: direction.shape, data })
  }
  return all
}

const partNames = new Set(['weight', 'bias', 'running_mean', 'running_var'])

function layerOf(
  name: string,
  parts: ReadonlyMap<string, Weight>,
  loose: [string, Weight][],
  file: string,
): StateLayer {
  const [kernel, bias = null] = [parts.get('weight') ?? parts.get('self'), parts.get('bias')]
  if (!kernel) {
    if (parts.size === 1 && bias) {
      loose.push([name, bias])
      return { name, kind: 'norm', gain: new Float32Array(0), shift: new Float32Array(0) }
    }
    throw refused(`"${name}" of ${file} has no weight.`)
  }
  const { shape } = kernel
  if (shape.length === 2)
    return { name, kind: 'linear', kernel: parts.has('self') ? asOutputsFirst(kernel) : kernel, bias }
  if (shape.length === 4) return { name, kind: 'conv', kernel, bias }
  const [mean, variance] = [parts.get('running_mean')?.data, parts.get('running_var')?.data]
  if (shape.length === 1 && mean && variance) {
    const { gain, shift } = batchNorm(
      { gamma: kernel.data, ...(bias ? { beta: bias.data } : {}), mean, variance },
      1e-5,
    )
    return { name, kind: 'norm', gain: gain.data, shift: shift.data }
  }
  throw refused(
    `"${name}" of ${file} has a weight of ${shape.join(' × ')} numbers: the file does not say what layer that is. Export the network with torch.onnx.export.`,
  )
}

/** A matrix that is multiplied from the right has the image along its first side, which is the longer one. */
function asOutputsFirst(weight: Weight): Weight {
  const [rows, columns] = weight.shape as [number, number]
  return rows <= columns ? weight : { shape: [columns, rows], data: transposed(weight.data, rows, columns) }
}

/** How many modules without weights lie between two layers of one nn.Sequential; null where they are of different ones. */
export function modulesBetween(a: string, b: string): number | null {
  const [before, after] = [indexOf(a), indexOf(b)]
  return before && after && before.prefix === after.prefix && after.index > before.index
    ? after.index - before.index - 1
    : null
}

function indexOf(name: string): { prefix: string; index: number } | null {
  const [, prefix, index] = /^(.*\.|)(\d+)$/.exec(name) ?? []
  return index === undefined ? null : { prefix: prefix!, index: Number(index) }
}

/** Numbers within names count as numbers; the decoder's come last. */
export function encoderFirst({ name: a }: StateLayer, { name: b }: StateLayer): number {
  const side = (name: string) => (/dec/i.test(name) ? 1 : 0)
  return side(a) - side(b) || a.localeCompare(b, 'en', { numeric: true })
}
