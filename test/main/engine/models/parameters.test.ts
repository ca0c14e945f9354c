import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../../../src/main/engine/graph/tensor'
import { type Layout, type Parameter, ParameterSet } from '../../../../src/main/engine/models/parameters'
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
const layouts: Record<string, Layout> = {
  'as they are': {},
  transposed: { turned },
  'in parts': { partSize: 15_000 },
  'transposed, in parts': { turned, partSize: 15_000 },
}
const cases = Object.entries(sets).flatMap(([name, parameters]) =>
  Object.entries(layouts).map(([held, layout]) => ({ name: `${name}, held ${held}`, parameters, layout })),
)

describe.each(cases)('a set of parameters: $name', ({ parameters, layout }) => {
  const set = new ParameterSet(parameters, layout)

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
  const set = new ParameterSet([kernel('small', 2, 3)], { turned: new Set(['small']) })
  const { bundle } = set.toVariables({ small: Float32Array.of(1, 2, 3, 4, 5, 6) })
  expect([...bundle!]).toEqual([1, 4, 2, 5, 3, 6])
})

it('cuts a matrix into parts of some columns each, none larger than it may be', () => {
  const set = new ParameterSet([kernel('large', 200, 200)], { partSize: 15_000 })
  expect(set.variables.map(({ name, shape }) => [name, shape])).toEqual([
    ['large/part0', [200, 67]],
    ['large/part1', [200, 66]],
    ['large/part2', [200, 67]],
  ])
  const large = Float32Array.from({ length: 40_000 }, (_, i) => i)
  const variables = set.toVariables({ 'large/m': large }, '/m')
  expect(variables['large/part1/m']!.slice(64, 68)).toEqual(Float32Array.of(131, 132, 267, 268))
})

describeRuntimes('tensors of a set', (runtime) => {
  it.each(Object.entries(layouts))(
    'held %s hold the parameters, and pack into the variables they came from',
    async (_, layout) => {
      const set = new ParameterSet(mixed, layout)
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
    },
  )
})
