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

/** A parameter as its variable holds it. */
interface Stored extends Parameter {
  readonly isTransposed: boolean
}

/** Parameters with fewer elements than this share one variable. */
const bundleBelow = 32_768

/**
 * The trained parameters of a model, and how they lie in variables. Small ones lie in one vector, the bundle: an
 * optimizer then runs one operation for all of them instead of one for each, which a runtime spends more time on
 * starting than on computing.
 */
export class ParameterSet {
  readonly variables: readonly Variable[]
  private readonly large: readonly Stored[]
  private readonly bundled: readonly Stored[]
  private readonly bundle: Variable | null

  /** @param turned names of matrices that are held as their transposes: what reads them most then need not turn them */
  constructor(
    readonly parameters: readonly Parameter[],
    turned: ReadonlySet<string> = new Set(),
  ) {
    const stored = parameters.map((parameter): Stored => {
      const isTransposed = turned.has(parameter.name)
      const shape = isTransposed ? [...parameter.shape].reverse() : parameter.shape
      return { ...parameter, shape, isTransposed }
    })
    this.large = stored.filter(({ shape }) => sizeOf(shape) >= bundleBelow)
    this.bundled = stored.filter(({ shape }) => sizeOf(shape) < bundleBelow)
    const large = this.large.map(({ name, shape }) => createVariable(name, shape))
    const size = this.bundled.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    this.bundle = this.bundled.length ? createVariable('bundle', [size]) : null
    this.variables = this.bundle ? [...large, this.bundle] : large
  }

  /** Each parameter as its variable holds it, given the variables' values: what gradients are asked for. */
  stored(valueOf: (variable: Variable) => Tensor): Map<string, Tensor> {
    const tensors = new Map(this.large.map(({ name }, i) => [name, valueOf(this.variables[i]!)]))
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
    const tensors = new Map(stored)
    for (const { name, isTransposed } of [...this.large, ...this.bundled])
      if (isTransposed) tensors.set(name, transpose(stored.get(name)!))
    return tensors
  }

  /** One tensor a variable out of one a parameter: the reverse of `stored`. */
  pack(tensorOf: (name: string) => Tensor): Map<Variable, Tensor> {
    const packed = new Map(this.large.map(({ name }, i) => [this.variables[i]!, tensorOf(name)]))
    if (this.bundle) {
      const flat = this.bundled.map(({ name, shape }) => reshape(tensorOf(name), [sizeOf(shape)]))
      packed.set(this.bundle, concat(flat, 0))
    }
    return packed
  }

  /** One factor an element of a variable, the same within each parameter; a number where they are all the same. */
  elementwise(variable: Variable, valueOf: (parameter: Parameter) => number): number | readonly number[] {
    if (variable !== this.bundle) return valueOf(this.large[this.variables.indexOf(variable)]!)
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
    const result = Object.fromEntries(this.large.map((stored) => [stored.name + suffix, held(stored)]))
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
      this.large.map((stored) => [stored.name + suffix, own(stored, values[stored.name + suffix]!)]),
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
