import { topologicalOrder } from './operation'
import { placeholderName } from './ops/placeholder'
import { formatShape, sameShape, type Tensor } from './tensor'
import { type Variable, variableOf } from './variable'

/** A function of a program: what it computes, and what it leaves in the variables. */
export interface GraphFunction {
  readonly name: string
  readonly outputs: Readonly<Record<string, Tensor>>
  /** New values, written when all outputs have been computed from the old ones. */
  readonly updates?: ReadonlyMap<Variable, Tensor>
}

/** Functions over shared variables; what a runtime compiles. */
export interface Program {
  readonly variables: readonly Variable[]
  readonly functions: readonly GraphFunction[]
}

/** @throws Error for what no runtime can compile, before one says so in its own words */
export function checkProgram({ variables, functions }: Program): void {
  checkUnique('variables', variables)
  checkUnique('functions', functions)
  for (const fn of functions) {
    const inputs = inputsOf(fn)
    const both = Object.keys(fn.outputs).find((name) => inputs.has(name))
    if (both) throw new Error(`The function ${fn.name} has an input and an output with the name ${both}.`)
    for (const [{ name, shape }, tensor] of fn.updates ?? [])
      if (!sameShape(shape, tensor.shape))
        throw new Error(
          `The function ${fn.name} gives ${name}, which is ${formatShape(shape)}, a value of ${formatShape(tensor.shape)}.`,
        )
  }
}

function checkUnique(what: string, named: readonly { name: string }[]): void {
  const seen = new Set<string>()
  for (const { name } of named) {
    if (seen.has(name)) throw new Error(`The program has two ${what} with the name ${name}.`)
    seen.add(name)
  }
}

/** Tensors that a function must compute. */
export function targetsOf(fn: GraphFunction): Tensor[] {
  return [...Object.values(fn.outputs), ...(fn.updates?.values() ?? [])]
}

/** Placeholders that a function reads, by name, in the order of their creation. */
export function inputsOf(fn: GraphFunction): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>()
  for (const node of topologicalOrder(targetsOf(fn))) {
    const name = placeholderName(node)
    if (name !== undefined) inputs.set(name, node.outputs[0]!)
  }
  return inputs
}

/** Variables that a function reads. */
export function variablesOf(fn: GraphFunction): Set<Variable> {
  const read = new Set<Variable>()
  for (const node of topologicalOrder(targetsOf(fn))) {
    const variable = node.outputs[0] && variableOf(node.outputs[0])
    if (variable) read.add(variable)
  }
  return read
}
