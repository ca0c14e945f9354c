import { expect, test } from 'vitest'
import type { GraphFunction } from '../../../../src/main/engine/graph/program'
import { mul, sub } from '../../../../src/main/engine/graph/ops/arithmetic'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { momentumStep } from '../../../../src/main/engine/graph/ops/updates/momentum'
import type { Tensor } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import type { CompiledProgram, Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { describeRuntimes, floats, programOf, scalar, withProgram } from '../../../support/runtimes'

/** Long enough that a runtime which takes operations in another order is seen to. */
const size = 50_000
const w = createVariable('w', [size])
const v = createVariable('v', [size])
const g = placeholder('g', [size])
const one = placeholder('one', [])
const feeds = { g: floats([size], new Float32Array(size).fill(1)), one: scalar(1) }

/** w ← w − g, v ← g, in place where the runtime can. */
const step = (weight: Tensor, velocity: Tensor) =>
  momentumStep(weight, velocity, g, one, { momentum: 0, variables: [w, v] })

const first = (data: ArrayLike<number>) => {
  const values = new Set(Array.from(data))
  expect(values.size).toBe(1)
  return data[0]
}

async function repeatedly(
  runtime: Runtime,
  fn: GraphFunction,
  check: (compiled: CompiledProgram) => Promise<void>,
) {
  await withProgram(runtime, programOf([w, v], fn), async (compiled) => {
    for (let i = 0; i < 50; i++) {
      await compiled.write({ w: new Float32Array(size).fill(5), v: new Float32Array(size).fill(7) })
      await check(compiled)
    }
  })
}

describeRuntimes('the order of reads and writes', (runtime) => {
  test('an output that is a variable has its value from before the function', () =>
    repeatedly(
      runtime(),
      { name: 'f', outputs: { old: w.value }, updates: new Map([[w, g]]) },
      async (compiled) => {
        const { old } = await compiled.run('f', feeds)
        expect(first(old!.data)).toBe(5)
        expect(first((await compiled.read()).w!)).toBe(1)
      },
    ))

  test('two variables change places', () =>
    repeatedly(
      runtime(),
      {
        name: 'f',
        outputs: {},
        updates: new Map([
          [w, v.value],
          [v, w.value],
        ]),
      },
      async (compiled) => {
        await compiled.run('f', feeds)
        const read = await compiled.read()
        expect([first(read.w!), first(read.v!)]).toEqual([7, 5])
      },
    ))

  test('what is computed from a variable after its update was described still sees the old value', () => {
    const [nextW, nextV] = step(w.value, v.value) as [Tensor, Tensor]
    const outputs = { change: sub(nextW, w.value), velocity: mul(v.value, 1), old: w.value, new: nextW }
    return repeatedly(
      runtime(),
      {
        name: 'f',
        outputs,
        updates: new Map([
          [w, nextW],
          [v, nextV],
        ]),
      },
      async (compiled) => {
        const result = await compiled.run('f', feeds)
        const seen = Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, first(data)]))
        expect(seen).toEqual({ change: -1, velocity: 7, old: 5, new: 4 })
      },
    )
  })

  test('each of several updates sees the one before, and each reader its own version', () => {
    const versions: [Tensor, Tensor][] = [[w.value, v.value]]
    for (let i = 0; i < 4; i++) versions.push(step(...versions.at(-1)!) as [Tensor, Tensor])
    const outputs = Object.fromEntries(versions.map(([weight], i) => [`w${i}`, mul(weight, 10)]))
    const [lastW, lastV] = versions.at(-1)!
    return repeatedly(
      runtime(),
      {
        name: 'f',
        outputs,
        updates: new Map([
          [w, lastW],
          [v, lastV],
        ]),
      },
      async (compiled) => {
        const result = await compiled.run('f', feeds)
        expect(Object.values(result).map(({ data }) => first(data))).toEqual([50, 40, 30, 20, 10])
        expect(first((await compiled.read()).w!)).toBe(1)
      },
    )
  })

  test('an update can start from another value than the one that the variable has', () => {
    const [nextW, nextV] = step(mul(w.value, 2), v.value) as [Tensor, Tensor]
    return repeatedly(
      runtime(),
      {
        name: 'f',
        outputs: { old: w.value },
        updates: new Map([
          [w, mul(nextW, 3)],
          [v, nextV],
        ]),
      },
      async (compiled) => {
        const { old } = await compiled.run('f', feeds)
        expect(first(old!.data)).toBe(5)
        expect(first((await compiled.read()).w!)).toBe(27)
      },
    )
  })
})
