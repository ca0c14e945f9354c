import { axisWindow } from '../../graph/ops/convolution/window'

/** Pixels at the top, left, bottom and right. */
export type Margins = [number, number, number, number]
type Pair = readonly [number, number]

/** Zeros that a convolution has around the image for its size to be divided by the stride, the odd one at the end. */
export function sameMargins(
  { height, width }: { readonly height: number; readonly width: number },
  kernel: Pair,
  { stride, dilation }: { readonly stride: number; readonly dilation: number },
): Margins {
  const [rows, columns] = [height, width].map((size, axis) =>
    axisWindow(size, kernel[axis]!, { stride, dilation, padding: 'same' }),
  )
  return [rows!.before, columns!.before, rows!.after, columns!.after]
}

/** What a transposed convolution's patches cover beyond `stride` times the image, the odd pixel at the end. */
export function sameOverlap(kernel: Pair, stride: number): Margins {
  const [rows, columns] = kernel.map((taps) => {
    const over = taps - stride
    return over > 0 ? ([Math.floor(over / 2), Math.ceil(over / 2)] as const) : ([0, over] as const)
  })
  return [rows![0], columns![0], rows![1], columns![1]]
}

/** Pixels that are cut off, and where they are fewer than none put there. */
export const cropAndGrow = (cut: Margins): { readonly crop: Margins; readonly grow: Margins } => ({
  crop: cut.map((side) => Math.max(0, side)) as Margins,
  grow: cut.map((side) => Math.max(0, -side)) as Margins,
})

/** The odd pixel at the beginning in place of the end. */
export const oddFirst = ([top, left, bottom, right]: Margins): Margins => [bottom, right, top, left]
