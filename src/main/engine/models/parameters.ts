import { concat } from '../graph/ops/concat'
import { reshape } from '../graph/ops/reshape'
import { split } from '../graph/ops/split'
import { type Shape, sizeOf, type Tensor } from '../graph/tensor'
import { createVariable, type Variable } from '../graph/variable'

export interface Parameter {
  /** `encoder.0.kernel` [inputs, units], `decoder.0.bias` [units]… */
  readonly name: string
  readonly shape: Shape
  readonly kind: 'kernel' | 'bias'
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
  private readonly large: readonly Parameter[]
  private readonly bundled: readonly Parameter[]
  private readonly bundle: Variable | null

  constructor(readonly parameters: readonly Parameter[]) {
    this.large = parameters.filter(({ shape }) => sizeOf(shape) >= bundleBelow)
    this.bundled = parameters.filter(({ shape }) => sizeOf(shape) < bundleBelow)
    const large = this.large.map(({ name, shape }) => createVariable(name, shape))
    const size = this.bundled.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    this.bundle = this.bundled.length ? createVariable('bundle', [size]) : null
    this.variables = this.bundle ? [...large, this.bundle] : large
  }

  /** Each parameter as a tensor, given its variables' values. */
  tensors(valueOf: (variable: Variable) => Tensor): Map<string, Tensor> {
    const tensors = new Map(this.large.map(({ name }, i) => [name, valueOf(this.variables[i]!)]))
    if (!this.bundle) return tensors
    const pieces = split(
      valueOf(this.bundle),
      this.bundled.map(({ shape }) => sizeOf(shape)),
    )
    this.bundled.forEach(({ name, shape }, i) => tensors.set(name, reshape(pieces[i]!, shape)))
    return tensors
  }

  /** One tensor a variable out of one a parameter: the reverse of `tensors`. */
  pack(tensorOf: (parameter: Parameter) => Tensor): Map<Variable, Tensor> {
    const packed = new Map(this.large.map((parameter, i) => [this.variables[i]!, tensorOf(parameter)]))
    if (this.bundle) {
      const flat = this.bundled.map((parameter) => reshape(tensorOf(parameter), [sizeOf(parameter.shape)]))
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
    const named = (name: string) => {
      const value = values[name + suffix]
      if (!value) throw new Error(`There is no value for ${name}${suffix}.`)
      return value
    }
    const result = Object.fromEntries(this.large.map(({ name }) => [name + suffix, named(name)]))
    if (this.bundle) {
      const flat = new Float32Array(sizeOf(this.bundle.shape))
      this.eachBundled(({ name }, start) => flat.set(named(name), start))
      result[this.bundle.name + suffix] = flat
    }
    return result
  }

  /** Arrays by parameter out of arrays by variable. */
  fromVariables(values: Readonly<Record<string, Float32Array>>, suffix = ''): Record<string, Float32Array> {
    const result = Object.fromEntries(this.large.map(({ name }) => [name + suffix, values[name + suffix]!]))
    if (this.bundle) {
      const flat = values[this.bundle.name + suffix]!
      this.eachBundled(({ name }, start, size) => (result[name + suffix] = flat.slice(start, start + size)))
    }
    return result
  }

  private eachBundled(visit: (parameter: Parameter, start: number, size: number) => void): void {
    let start = 0
    for (const parameter of this.bundled) {
      const size = sizeOf(parameter.shape)
      visit(parameter, start, size)
      start += size
    }
  }
}
