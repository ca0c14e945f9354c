import { transposed, type Weight } from '../../models/weights'

/** A dense layer; tied where its kernel is one that comes before, transposed. */
export interface DenseWeights {
  readonly kernel: Weight
  readonly bias: Weight | null
  readonly isTied: boolean
}

/**
 * The matrices of a layer in the order in which each reads what the one before gives, with the vectors that fit them as
 * biases. Null where there is none, or where they make no line.
 *
 * @param reads how many numbers go in
 * @param held weights of layers within it, by their names
 * @param wanted how many numbers come out, where that is known: where the line ends short of it and leads back, its
 * kernels are read once more, transposed
 */
export function kernelsInLine(
  reads: number,
  own: readonly Weight[],
  held: readonly (readonly [string, readonly Weight[]])[],
  wanted: number | null,
): readonly DenseWeights[] | null {
  const ordered = held.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
  const all = [...own, ...ordered.flatMap(([, weights]) => weights)]
  const matrices = all.filter(({ shape }) => shape.length === 2)
  const vectors = all.filter(({ shape }) => shape.length === 1)
  if (matrices.length === 0 || matrices.length + vectors.length !== all.length) return null
  const biasOf = (size: number) => {
    const at = vectors.findIndex(({ data }) => data.length === size)
    return at < 0 ? null : vectors.splice(at, 1)[0]!
  }
  const line: DenseWeights[] = []
  let width = reads
  while (matrices.length > 0) {
    const straight = matrices.findIndex(({ shape }) => shape[0] === width)
    const at = straight >= 0 ? straight : matrices.findIndex(({ shape }) => shape[1] === width)
    if (at < 0) return null
    const [found] = matrices.splice(at, 1)
    const kernel = straight >= 0 ? found! : turned(found!)
    width = kernel.shape[1]!
    line.push({ kernel, bias: biasOf(width), isTied: false })
  }
  const leadsBack = vectors.length > 0 || (wanted !== null && width !== wanted)
  if (!leadsBack) return line
  if (wanted === null || wanted !== reads) return null
  const back = line.toReversed().map(({ kernel }): DenseWeights => {
    const read = turned(kernel)
    return { kernel: read, bias: biasOf(read.shape[1]!), isTied: true }
  })
  return vectors.length > 0 ? null : [...line, ...back]
}

function turned({ shape, data }: Weight): Weight {
  const [rows, columns] = shape as [number, number]
  return { shape: [columns, rows], data: transposed(data, rows, columns) }
}
