import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../../../src/main/engine/graph/tensor'
import { type Parameter, ParameterSet } from '../../../../src/main/engine/models/parameters'
import { describeRuntimes, withProgram } from '../../../support/runtimes'

const kernel = (name: string, ...shape: number[]): Parameter => ({ name, shape, kind: 'kernel' })
const mixed: Parameter[] = [
  kernel('large', 200, 200),
  { name: 'bias', shape: [7], kind: 'bias' },
  kernel('small', 5, 3),
  kernel('larger', 400, 100),
]
const sets = {
  'large and small': mixed,
  'only small': mixed.filter(({ shape }) => sizeOf(shape) < 1000),
  'only large': mixed.filter(({ shape }) => sizeOf(shape) > 1000),
}

let next = 0
const values = (parameters: readonly Parameter[], suffix = '') =>
  Object.fromEntries(
    parameters.map(({ name, shape }) => [
      name + suffix,
      Float32Array.from({ length: sizeOf(shape) }, () => next++),
    ]),
  )

const turned = new Set(['large', 'small', 'larger'])
const cases = Object.entries(sets).flatMap(([name, parameters]) => [
  { name, parameters, transposed: new Set<string>() },
  { name: `${name}, held transposed`, parameters, transposed: turned },
])

describe.each(cases)('a set of parameters: $name', ({ parameters, transposed }) => {
  const set = new ParameterSet(parameters, transposed)

  it.each(['', '/m'])('comes back from its variables: "%s"', (suffix) => {
    const before = values(parameters, suffix)
    const packed = set.toVariables(before, suffix)
    expect(Object.keys(packed).sort()).toEqual(set.variables.map(({ name }) => name + suffix).sort())
    expect(set.fromVariables(packed, suffix)).toEqual(before)
  })

  it('says which value is missing', () => {
    const rest = values(parameters.slice(1))
    expect(() => set.toVariables(rest)).toThrow(`There is no value for ${parameters[0]!.name}.`)
  })

  it('has a factor for each element where parameters differ, and one number where they do not', () => {
    for (const variable of set.variables) {
      expect(set.elementwise(variable, () => 3)).toBe(3)
      const factors = set.elementwise(variable, ({ kind }) => (kind === 'bias' ? 0 : 1))
      if (variable.name !== 'bundle') expect(factors).toBe(1)
      else expect(factors).toEqual([...new Array(7).fill(0), ...new Array(15).fill(1)])
    }
  })
})

it('holds a matrix by its columns where it is transposed', () => {
  const set = new ParameterSet([kernel('small', 2, 3)], new Set(['small']))
  const { bundle } = set.toVariables({ small: Float32Array.of(1, 2, 3, 4, 5, 6) })
  expect([...bundle!]).toEqual([1, 4, 2, 5, 3, 6])
})

describeRuntimes('tensors of a set', (runtime) => {
  it.each([
    ['as they are', new Set<string>()],
    ['transposed', turned],
  ])('held %s hold the parameters, and pack into the variables they came from', async (_, transposed) => {
    const set = new ParameterSet(mixed, transposed)
    const stored = set.stored((variable) => variable.value)
    const tensors = set.tensors(stored)
    const packed = set.pack((name) => stored.get(name)!)
    const outputs = Object.fromEntries([
      ...tensors,
      ...[...packed].map(([variable, tensor]) => [`packed/${variable.name}`, tensor] as const),
    ])
    const before = values(mixed)
    const variables = set.toVariables(before)
    const program = { variables: set.variables, functions: [{ name: 'f', outputs }] }
    const results = await withProgram(runtime(), program, async (compiled) => {
      await compiled.write(variables)
      return compiled.run('f', {})
    })
    for (const { name, shape } of mixed) expect(results[name]).toEqual({ shape, data: before[name] })
    for (const [name, data] of Object.entries(variables))
      expect(results[`packed/${name}`]!.data).toEqual(data)
  })
})
