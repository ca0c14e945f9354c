import { concat } from '../graph/ops/concat'
import { reshape } from '../graph/ops/reshape'
import { split } from '../graph/ops/split'
import { transpose } from '../graph/ops/transpose'
import { type Shape, sizeOf, type Tensor } from '../graph/tensor'
import { createVariable, type Variable } from '../graph/variable'
import { transposed } from './weights'

export interface Parameter {
  /** `encoder.0.kernel` [inputs, units], `decoder.0.bias` [units]… */
  readonly name: string
  readonly shape: Shape
  readonly kind: 'kernel' | 'bias'
}

/** A parameter as variables hold it: turned or not, whole or in parts. */
interface Stored extends Parameter {
  readonly isTransposed: boolean
  readonly parts: readonly Part[]
}

/** Some of the columns of a matrix, or all there is of anything else. */
interface Part {
  readonly name: string
  readonly shape: Shape
}

/** How parameters lie in variables. */
export interface Layout {
  /** Names of matrices that are held as their transposes: what reads them most then need not turn them. */
  readonly turned?: ReadonlySet<string> | undefined
  /** Matrices of more than twice as many elements are held in parts of some columns each, none of them larger. */
  readonly partSize?: number | undefined
}

/** Parameters with fewer elements than this share one variable. */
const bundleBelow = 32_768

/**
 * The trained parameters of a model, and how they lie in variables. Small ones lie in one vector, the bundle: an
 * optimizer then runs one operation for all of them instead of one for each, which a runtime spends more time on
 * starting than on computing. Large ones can lie in parts: an optimizer's operations on one part then find it in the
 * processor's cache.
 */
export class ParameterSet {
  readonly variables: readonly Variable[]
  private readonly large: readonly Stored[]
  private readonly bundled: readonly Stored[]
  private readonly bundle: Variable | null

  constructor(
    readonly parameters: readonly Parameter[],
    { turned, partSize }: Layout = {},
  ) {
    const stored = parameters.map((parameter): Stored => {
      const isTransposed = turned?.has(parameter.name) ?? false
      const shape = isTransposed ? [...parameter.shape].reverse() : parameter.shape
      return { ...parameter, shape, isTransposed, parts: partsOf(parameter.name, shape, partSize) }
    })
    this.large = stored.filter(({ shape }) => sizeOf(shape) >= bundleBelow)
    this.bundled = stored.filter(({ shape }) => sizeOf(shape) < bundleBelow)
    const large = this.largeParts.map(({ name, shape }) => createVariable(name, shape))
    const size = this.bundled.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    this.bundle = this.bundled.length ? createVariable('bundle', [size]) : null
    this.variables = this.bundle ? [...large, this.bundle] : large
  }

  /** Those with a variable of their own, in the order of the variables. */
  private get largeParts(): Part[] {
    return this.large.flatMap(({ parts }) => parts)
  }

  /** By name each part of a parameter, most being one, as its variable holds it: what gradients are asked for. */
  stored(valueOf: (variable: Variable) => Tensor): Map<string, Tensor> {
    const tensors = new Map(this.largeParts.map(({ name }, i) => [name, valueOf(this.variables[i]!)]))
    if (!this.bundle) return tensors
    const pieces = split(
      valueOf(this.bundle),
      this.bundled.map(({ shape }) => sizeOf(shape)),
    )
    this.bundled.forEach(({ name, shape }, i) => tensors.set(name, reshape(pieces[i]!, shape)))
    return tensors
  }

  /** Each parameter in its own shape, out of how they are stored. */
  tensors(stored: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
    return new Map(
      [...this.large, ...this.bundled].map(({ name, parts, isTransposed }) => {
        const held = concat(
          parts.map((part) => stored.get(part.name)!),
          1,
        )
        return [name, isTransposed ? transpose(held) : held]
      }),
    )
  }

  /** One tensor a variable out of one a part: the reverse of `stored`. */
  pack(tensorOf: (name: string) => Tensor): Map<Variable, Tensor> {
    const packed = new Map(this.largeParts.map(({ name }, i) => [this.variables[i]!, tensorOf(name)]))
    if (this.bundle) {
      const flat = this.bundled.map(({ name, shape }) => reshape(tensorOf(name), [sizeOf(shape)]))
      packed.set(this.bundle, concat(flat, 0))
    }
    return packed
  }

  /** One factor an element of a variable, the same within each parameter; a number where they are all the same. */
  elementwise(variable: Variable, valueOf: (parameter: Parameter) => number): number | readonly number[] {
    if (variable !== this.bundle)
      return valueOf(this.large.find(({ parts }) => parts.some(({ name }) => name === variable.name))!)
    const values = this.bundled.map(valueOf)
    if (values.every((value) => value === values[0])) return values[0]!
    return this.bundled.flatMap(({ shape }, i) => new Array<number>(sizeOf(shape)).fill(values[i]!))
  }

  /** Arrays by variable out of arrays by parameter. `suffix` names a set of them, such as `/m` for first moments. */
  toVariables(values: Readonly<Record<string, Float32Array>>, suffix = ''): Record<string, Float32Array> {
    const held = ({ name, shape, isTransposed }: Stored) => {
      const value = values[name + suffix]
      if (!value) throw new Error(`There is no value for ${name}${suffix}.`)
      return isTransposed ? transposed(value, shape[1]!, shape[0]!) : value
    }
    const result = Object.fromEntries(
      this.large.flatMap((stored) => {
        const cut = cutColumns(held(stored), stored.parts)
        return stored.parts.map(({ name }, i) => [name + suffix, cut[i]!])
      }),
    )
    if (this.bundle) {
      const flat = new Float32Array(sizeOf(this.bundle.shape))
      this.eachBundled((stored, start) => flat.set(held(stored), start))
      result[this.bundle.name + suffix] = flat
    }
    return result
  }

  /** Arrays by parameter out of arrays by variable. */
  fromVariables(values: Readonly<Record<string, Float32Array>>, suffix = ''): Record<string, Float32Array> {
    const own = ({ shape, isTransposed }: Stored, held: Float32Array) =>
      isTransposed ? transposed(held, shape[0]!, shape[1]!) : held
    const result = Object.fromEntries(
      this.large.map((stored) => {
        const held = stored.parts.map(({ name }) => values[name + suffix]!)
        return [stored.name + suffix, own(stored, joinColumns(held, stored.parts))]
      }),
    )
    if (this.bundle) {
      const flat = values[this.bundle.name + suffix]!
      this.eachBundled((stored, start, size) => {
        result[stored.name + suffix] = own(stored, flat.slice(start, start + size))
      })
    }
    return result
  }

  private eachBundled(visit: (parameter: Stored, start: number, size: number) => void): void {
    let start = 0
    for (const parameter of this.bundled) {
      const size = sizeOf(parameter.shape)
      visit(parameter, start, size)
      start += size
    }
  }
}

function partsOf(name: string, shape: Shape, partSize = Infinity): Part[] {
  if (shape.length !== 2 || sizeOf(shape) <= 2 * partSize) return [{ name, shape }]
  const count = Math.ceil(sizeOf(shape) / partSize)
  const [rows, columns] = shape as [number, number]
  const upTo = (part: number) => Math.round((part * columns) / count)
  return Array.from({ length: count }, (_, i) => ({
    name: `${name}/part${i}`,
    shape: [rows, upTo(i + 1) - upTo(i)],
  }))
}

/** A matrix as its parts. */
function cutColumns(matrix: Float32Array, parts: readonly Part[]): Float32Array[] {
  if (parts.length === 1) return [matrix]
  const cut = parts.map(({ shape }) => new Float32Array(sizeOf(shape)))
  eachRow(parts, (part, inPart, whole, length) => {
    cut[part]!.set(matrix.subarray(whole, whole + length), inPart)
  })
  return cut
}

function joinColumns(cut: readonly Float32Array[], parts: readonly Part[]): Float32Array {
  if (parts.length === 1) return cut[0]!
  const matrix = new Float32Array(parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
  eachRow(parts, (part, inPart, whole, length) => {
    matrix.set(cut[part]!.subarray(inPart, inPart + length), whole)
  })
  return matrix
}

/** Where each row of each part begins, in the part and in the whole matrix, and its length. */
function eachRow(
  parts: readonly Part[],
  visit: (part: number, inPart: number, whole: number, length: number) => void,
): void {
  let whole = 0
  for (let row = 0; row < parts[0]!.shape[0]!; row++)
    parts.forEach(({ shape: [, length] }, part) => {
      visit(part, row * length!, whole, length!)
      whole += length!
    })
}
