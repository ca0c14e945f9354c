import type { InputShape } from '../../../../shared/modelSpec'
import type { Pads } from '../chain'
import type { Half } from '../network/halves'
import type { StateLayer } from './stateLayers'

type Kerneled = Exclude<StateLayer, { kind: 'norm' }>

/** How a layer of a state_dict is used, which is not in the file: what its strides, padding and pools are. */
export type Use =
  | { readonly kind: 'dense' }
  | {
      readonly kind: 'conv'
      readonly stride: number
      readonly pads: Pads
      readonly pool: boolean
      readonly enlarge: boolean
    }
  | { readonly kind: 'transposed'; readonly stride: number; readonly pads: Pads }

/** One way in which all layers fit one another, from an image to one of the same size. */
export interface Arrangement {
  readonly uses: readonly Use[]
  /** How far from what is usual. */
  readonly cost: number
}

/** Whose habits of padding are usual: in Keras, "same". */
export type Program = 'torch' | 'keras'

interface Size {
  readonly side: number
  readonly channels: number
  readonly isRow: boolean
}

/** More ways than anybody would try. */
const most = 20_000

/**
 * All ways to use convolutions and dense layers one after the other that lead from an image to one as large, the usual ones
 * first. Those of one kind that have kernels of one size are mostly used alike.
 */
export function arrangements(
  layers: readonly Kerneled[],
  image: InputShape,
  half?: Half,
  program: Program = 'torch',
): readonly Arrangement[] {
  const found: Arrangement[] = []
  let steps = 0
  const go = (at: number, size: Size, uses: readonly Use[], cost: number, isDecoding: boolean) => {
    if (++steps > most) return
    const layer = layers[at]
    if (!layer) {
      const pixels = image.height * image.width * image.channels
      const numbers = size.isRow ? size.channels : size.side ** 2 * size.channels
      const isImage = size.isRow
        ? size.channels === pixels
        : size.side === image.height && size.channels === image.channels
      if (half === 'encoder' ? numbers < pixels : isImage) found.push({ uses, cost })
      return
    }
    for (const option of optionsOf(layer, size, isDecoding, program)) {
      const before = uses.findLast((_, i) => sameKind(layers[i]!, layer) && uses[i]!.kind === option.use.kind)
      const isRepeated = before !== undefined && JSON.stringify(before) === JSON.stringify(option.use)
      const change = before && !isRepeated ? 2 : isRepeated && program === 'keras' ? -option.cost : 0
      const decodes =
        isDecoding ||
        option.use.kind === 'transposed' ||
        (option.use.kind === 'conv' && (option.use.enlarge || size.isRow))
      go(at + 1, option.gives, [...uses, option.use], cost + option.cost + change, decodes)
    }
  }
  const isDecoder = half === 'decoder'
  const start = isDecoder
    ? { side: 1, channels: layers[0]!.kernel.shape[1]!, isRow: true }
    : { side: image.height, channels: image.channels, isRow: false }
  go(0, start, [], 0, isDecoder)
  // Keras's names say nothing of what decodes: the narrowest code is the likeliest, and no code where all layers are as wide.
  const priced =
    program === 'keras'
      ? found.map((one) => ({ ...one, cost: one.cost + widthCost(one.uses, layers) }))
      : found
  return priced.toSorted((a, b) => a.cost - b.cost)
}

/** More for what keeps the size of an image though its layers are not all as wide, less for what makes it small. */
function widthCost(uses: readonly Use[], layers: readonly Kerneled[]): number {
  const halvings = uses.filter((use) => use.kind === 'conv' && (use.stride > 1 || use.pool)).length
  const widths = new Set(layers.slice(0, -1).map(({ kernel }) => kernel.shape[0]))
  const isRestorer = uses.every((use) => use.kind === 'conv' && use.stride === 1 && !use.pool)
  return (isRestorer && widths.size > 1 ? 8 : 0) - (isRestorer ? 0 : 0.1 * halvings)
}

const sameKind = (a: Kerneled, b: Kerneled) =>
  a.kind === b.kind && a.kernel.shape.slice(2).join() === b.kernel.shape.slice(2).join()

interface Option {
  readonly use: Use
  readonly gives: Size
  readonly cost: number
}

function optionsOf(layer: Kerneled, size: Size, isDecoding: boolean, program: Program): Option[] {
  const { kind, kernel, name } = layer
  if (kind === 'linear') {
    const [units, reads] = kernel.shape as [number, number]
    const numbers = size.isRow ? size.channels : size.side ** 2 * size.channels
    return reads === numbers
      ? [{ use: { kind: 'dense' }, gives: { side: 1, channels: units, isRow: true }, cost: 0 }]
      : []
  }
  const [a, b, rows, columns] = kernel.shape as [number, number, number, number]
  if (rows !== columns) return []
  const isNamed = /dec|up|trans/i.test(name)
  const asConv = layer.as === 'transposed' ? null : imageOf(size, b)
  const asTransposed = layer.as === 'conv' ? null : imageOf(size, a)
  const { convs, transposed } = program === 'keras' ? keras : { convs: convolutions, transposed: transposes }
  return [
    ...(asConv ? convs(rows, a, asConv, isDecoding || isNamed) : []),
    ...(asTransposed
      ? transposed(rows, b, asTransposed).map((option) => ({
          ...option,
          cost: option.cost + (isNamed || isDecoding ? 0 : 1),
        }))
      : []),
  ].filter(({ gives }) => Number.isInteger(gives.side) && gives.side >= 1 && gives.side <= 4096)
}

/** What a convolution reads: an image with so many channels, or a row that becomes one. */
function imageOf({ side, channels, isRow }: Size, reads: number): Size | null {
  if (!isRow) return channels === reads ? { side, channels, isRow } : null
  const square = Math.sqrt(channels / reads)
  return Number.isInteger(square) && square > 0 ? { side: square, channels: reads, isRow: false } : null
}

function convolutions(k: number, filters: number, { side }: Size, isDecoding: boolean): Option[] {
  const option = (
    stride: number,
    pad: number,
    cost: number,
    more: { pool?: boolean; enlarge?: boolean } = {},
  ): Option => {
    const from = more.enlarge ? 2 * side : side
    const given = Math.floor((from + 2 * pad - k) / stride) + 1
    const gives = { side: more.pool ? Math.floor(given / 2) : given, channels: filters, isRow: false }
    const pads = [pad, pad, pad, pad] as const
    return { use: { kind: 'conv', stride, pads, pool: false, enlarge: false, ...more }, gives, cost }
  }
  if (k === side && k > 3) return [option(1, 0, 0), ...(k % 2 ? [option(1, (k - 1) / 2, 2)] : [])]
  if (k === 4) return [option(2, 1, 0)]
  if (k === 2) return [option(2, 0, 0)]
  const same = (k - 1) / 2
  if (k % 2 === 0) return []
  if (isDecoding) return [option(1, same, 0), option(1, same, 1, { enlarge: true }), option(1, 0, 4)]
  return [
    option(1, same, 0),
    option(2, same, 1),
    option(1, same, 1, { pool: true }),
    option(1, 0, 4),
    option(2, 0, 5),
  ]
}

function transposes(k: number, filters: number, { side }: Size): Option[] {
  const option = (stride: number, pad: number, more: number, cost: number): Option => ({
    use: { kind: 'transposed', stride, pads: [pad, pad, pad - more, pad - more] },
    gives: { side: (side - 1) * stride - 2 * pad + k + more, channels: filters, isRow: false },
    cost,
  })
  if (side === 1 && k > 1) return [option(1, 0, 0, 0)]
  if (k === 2) return [option(2, 0, 0, 0)]
  if (k === 4) return [option(2, 1, 0, 0), option(1, 0, 0, 3)]
  const same = (k - 1) / 2
  if (k % 2 === 0) return [option(1, 0, 0, 1)]
  return [
    ...[option(2, same, 1, 0), option(1, same, 0, 1), option(2, 0, 0, 3), option(1, 0, 0, k > 5 ? 1 : 3)],
    ...[option(2, same, 0, 3), option(2, 0, 1, 4)],
  ]
}

/** Keras pads so that strides divide the side of an image, or not at all. */
const keras = {
  convs: (k: number, filters: number, { side }: Size, isDecoding: boolean): Option[] => {
    const option = (
      stride: number,
      pads: 'same' | 'valid',
      cost: number,
      more: { pool?: boolean; enlarge?: boolean } = {},
    ): Option => {
      const from = more.enlarge ? 2 * side : side
      const given = pads === 'same' ? Math.ceil(from / stride) : Math.floor((from - k) / stride) + 1
      const gives = { side: more.pool ? given / 2 : given, channels: filters, isRow: false }
      const around = pads === 'same' ? pads : ([0, 0, 0, 0] as const)
      return {
        use: { kind: 'conv', stride, pads: around, pool: false, enlarge: false, ...more },
        gives,
        cost,
      }
    }
    const plain = [option(1, 'same', 0), ...(k > 1 ? [option(1, 'valid', 4)] : [])]
    const enlarged = option(1, 'same', 1, { enlarge: true })
    return isDecoding
      ? [...plain, enlarged]
      : [
          ...plain,
          option(2, 'same', 1),
          option(1, 'same', 1, { pool: true }),
          enlarged,
          option(2, 'valid', 5),
        ]
  },
  transposed: (k: number, filters: number, { side }: Size): Option[] => {
    const option = (stride: number, pads: 'same' | 'valid', cost: number): Option => ({
      use: { kind: 'transposed', stride, pads: pads === 'same' ? pads : [0, 0, 0, 0] },
      gives: {
        side: pads === 'same' ? side * stride : side * stride + Math.max(k - stride, 0),
        channels: filters,
        isRow: false,
      },
      cost,
    })
    return [option(2, 'same', 0), option(1, 'same', 1), option(2, 'valid', 4), option(1, 'valid', 4)]
  },
}
