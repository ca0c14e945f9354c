import { expect, test } from 'vitest'
import type { GraphFunction } from '../../../../src/main/engine/graph/program'
import { add, mul } from '../../../../src/main/engine/graph/ops/arithmetic'
import { matmul } from '../../../../src/main/engine/graph/ops/matmul'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reshape } from '../../../../src/main/engine/graph/ops/reshape'
import { reduceMean } from '../../../../src/main/engine/graph/ops/reduce'
import { unitInterval } from '../../../../src/main/engine/graph/ops/unitInterval'
import { BATCH } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import { ExpectedError } from '../../../../src/shared/errors'
import { describeRuntimes, evaluate, floats, programOf, scalar, withProgram } from '../../../support/runtimes'

const a = createVariable('layer/a', [2, 3])
const b = createVariable('layer/b', [3])
const x = placeholder('x', [BATCH, 2])

/** y = x·a + b, and b ← b + 1. */
const forward: GraphFunction = { name: 'forward', outputs: { y: add(matmul(x, a.value), b.value) } }
const increase: GraphFunction = { name: 'increase', outputs: {}, updates: new Map([[b, add(b.value, 1)]]) }
const program = programOf([a, b], forward, increase)
const values = { 'layer/a': Float32Array.of(1, 2, 3, 4, 5, 6), 'layer/b': Float32Array.of(10, 20, 30) }

describeRuntimes('a runtime', (runtime) => {
  test('says what it is', () => {
    expect(runtime().version).toMatch(/^\d+\.\d+/)
    expect(runtime().devices().length).toBeGreaterThan(0)
  })

  test('reads what was written, all or by name, as copies', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write(values)
      expect(await compiled.read()).toEqual(values)
      const read = await compiled.read(['layer/b'])
      expect(read).toEqual({ 'layer/b': values['layer/b'] })
      read['layer/b']!.fill(0)
      expect(await compiled.read(['layer/b'])).toEqual({ 'layer/b': values['layer/b'] })
    }))

  test('reads one variable while another has no value', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write({ 'layer/b': values['layer/b'] })
      expect(await compiled.read(['layer/b'])).toEqual({ 'layer/b': values['layer/b'] })
    }))

  test('keeps a copy of what was written, wherever the array lies in memory', async () => {
    const variables = Array.from({ length: 64 }, (_, k) => createVariable(`v${k}`, [32 + k]))
    const copy = (): Record<string, Float32Array> =>
      Object.fromEntries(variables.map(({ name }, k) => [name, new Float32Array(32 + k).fill(k)]))
    const aliases = variables.map(
      (variable) =>
        [variable, reshape(placeholder(variable.name, [1, ...variable.shape]), variable.shape)] as const,
    )
    const feed: GraphFunction = { name: 'feed', outputs: {}, updates: new Map(aliases) }
    await withProgram(runtime(), programOf(variables, feed), async (compiled) => {
      const written = copy()
      await compiled.write(written)
      for (const array of Object.values(written)) array.fill(-1)
      expect(await compiled.read()).toEqual(copy())
      const fed = Object.fromEntries(
        Object.entries(copy()).map(([name, data]) => [name, { shape: [1, data.length], data }]),
      )
      await compiled.run('feed', fed)
      for (const { data } of Object.values(fed)) data.fill(-1)
      expect(await compiled.read()).toEqual(copy())
    })
  })

  test('runs a function with batches of different sizes', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write(values)
      for (const size of [1, 3, 2, 128]) {
        const { y } = await compiled.run('forward', { x: floats([size, 2], new Array(2 * size).fill(1)) })
        expect(y!.shape).toEqual([size, 3])
        expect([...y!.data.slice(-3)]).toEqual([15, 27, 39])
      }
    }))

  test('gives results that stay as they are', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write(values)
      const first = await compiled.run('forward', { x: floats([1, 2], [1, 0]) })
      await compiled.run('increase', {})
      const second = await compiled.run('forward', { x: floats([1, 2], [0, 1]) })
      expect([...first.y!.data]).toEqual([11, 22, 33])
      expect([...second.y!.data]).toEqual([15, 26, 37])
    }))

  test('keeps variables from call to call; a function without outputs returns nothing', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write(values)
      for (let i = 0; i < 5; i++) expect(await compiled.run('increase', {})).toEqual({})
      expect(await compiled.read(['layer/b'])).toEqual({ 'layer/b': Float32Array.of(15, 25, 35) })
      await compiled.write(values)
      expect(await compiled.read()).toEqual(values)
    }))

  test('takes bytes', async () => {
    const pixels = placeholder('pixels', [BATCH, 2], 'uint8')
    const unit = unitInterval(pixels)
    const outputs = { mean: reduceMean(unit, [0]), unit }
    const feed = { shape: [2, 2], data: Uint8Array.of(0, 255, 51, 102) }
    const results = await evaluate(runtime(), outputs, { pixels: feed })
    const expected = { mean: [0.1, 0.7], unit: [0, 1, 0.2, 0.4] }
    for (const [name, values] of Object.entries(expected))
      for (const [i, value] of results[name]!.data.entries()) expect(value).toBeCloseTo(values[i]!, 6)
  })

  test('keeps two programs apart, though their variables have the same names', () =>
    withProgram(runtime(), program, (first) =>
      withProgram(runtime(), program, async (second) => {
        await first.write(values)
        await second.write({ ...values, 'layer/b': Float32Array.of(0, 0, 0) })
        await second.run('increase', {})
        expect(await first.read(['layer/b'])).toEqual({ 'layer/b': values['layer/b'] })
        expect(await second.read(['layer/b'])).toEqual({ 'layer/b': Float32Array.of(1, 1, 1) })
      }),
    ))

  test('leaves no tensors behind, not even after failures', async () => {
    const before = runtime().liveTensors()
    for (let i = 0; i < 3; i++) {
      await withProgram(runtime(), program, async (compiled) => {
        await expect(compiled.run('increase', {})).rejects.toThrow()
        await compiled.write(values)
        await compiled.write(values)
        await compiled.run('forward', { x: floats([2, 2], [1, 2, 3, 4]) })
        await compiled.run('increase', {})
        await compiled.run('increase', {})
        await compiled.read()
        await expect(compiled.run('forward', {})).rejects.toThrow()
      })
    }
    expect(runtime().liveTensors()).toBe(before)
  })
})

describeRuntimes('what a runtime says to', (runtime) => {
  const refused = (
    feeds: Parameters<typeof evaluate>[2],
    message: RegExp,
    dtype: 'float32' | 'uint8' = 'float32',
  ) => {
    const x = placeholder('x', [BATCH, 2], dtype)
    const y = mul(dtype === 'uint8' ? unitInterval(x) : x, 2)
    return expect(evaluate(runtime(), { y }, feeds)).rejects.toThrow(message)
  }

  test('a missing input', () => refused({}, /evaluate needs the input x/))
  test('an array that does not fill its shape', () =>
    refused({ x: floats([2, 2], [1, 2, 3]) }, /x of evaluate has 3 elements/))
  test('an input of another width', () =>
    refused({ x: floats([1, 3], [1, 2, 3]) }, /x of evaluate is \[batch, 2\], not \[1, 3\]/))
  test('an input of another rank', () =>
    refused({ x: floats([2], [1, 2]) }, /x of evaluate is \[batch, 2\], not \[2\]/))
  test('floats for bytes', () => refused({ x: floats([1, 2], [1, 2]) }, /x of evaluate takes uint8/, 'uint8'))
  test('bytes for floats', () =>
    refused({ x: { shape: [1, 2], data: Uint8Array.of(1, 2) } }, /x of evaluate takes float32/))

  test('an unknown function', () =>
    withProgram(runtime(), program, (compiled) =>
      expect(compiled.run('train', {})).rejects.toThrow('The program has no function train.'),
    ))

  test('a variable without a value', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write({ 'layer/a': values['layer/a'] })
      const message = 'The variable layer/b has no value yet.'
      await expect(compiled.run('forward', { x: floats([1, 2], [1, 2]) })).rejects.toThrow(message)
      await expect(compiled.read()).rejects.toThrow(message)
    }))

  test('an unknown variable, and values of another size', () =>
    withProgram(runtime(), program, async (compiled) => {
      await compiled.write(values)
      await expect(compiled.read(['c'])).rejects.toThrow('The program has no variable c.')
      await expect(compiled.write({ c: Float32Array.of(1) })).rejects.toThrow(
        'The program has no variable c.',
      )
      const wrong = { 'layer/a': values['layer/a'], 'layer/b': Float32Array.of(1, 2) }
      await expect(compiled.write(wrong)).rejects.toThrow('The variable layer/b takes 3 values, not 2.')
    }))

  test('a device that is not here', async () => {
    const compiled = runtime().compile(program, 'abacus')
    await expect(compiled).rejects.toThrow(ExpectedError)
    await expect(compiled).rejects.toMatchObject({
      code: 'runtime-missing',
      message: /abacus.*cpu|cuda/ as never,
    })
  })

  test('an update of another shape than its variable', async () => {
    const fn = { name: 'f', outputs: {}, updates: new Map([[b, a.value]]) }
    await expect(runtime().compile(programOf([a, b], fn))).rejects.toThrow(
      'The function f gives layer/b, which is [3], a value of [2, 3].',
    )
  })

  test('two functions, or two variables, of one name', async () => {
    await expect(runtime().compile(programOf([a, b], forward, forward))).rejects.toThrow(
      /two functions.*forward/,
    )
    await expect(runtime().compile(programOf([a, a], forward))).rejects.toThrow(
      'The program has two variables with the name layer/a.',
    )
  })

  test('an output with the name of an input', async () => {
    const fn = { name: 'f', outputs: { x: mul(x, 2) } }
    await expect(runtime().compile(programOf([], fn))).rejects.toThrow(
      'The function f has an input and an output with the name x.',
    )
  })

  test('a good call after a failed one: nothing', () =>
    withProgram(runtime(), programOf([a, b], forward), async (compiled) => {
      await expect(compiled.run('forward', {})).rejects.toThrow()
      await compiled.write(values)
      const { y } = await compiled.run('forward', { x: floats([1, 2], [0, 0]) })
      expect([...y!.data]).toEqual([10, 20, 30])
    }))
})

describeRuntimes('values that only pass through', (runtime) => {
  test('an input, a constant and a variable can be outputs, also twice', async () => {
    const outputs = {
      fed: x,
      again: x,
      kept: b.value,
      once: b.value,
      sum: add(b.value, 1),
      same: add(b.value, 1),
    }
    await withProgram(runtime(), programOf([b], { name: 'f', outputs }), async (compiled) => {
      await compiled.write({ 'layer/b': values['layer/b'] })
      const result = await compiled.run('f', { x: floats([1, 2], [3, 4]) })
      expect(Object.keys(result)).toEqual(Object.keys(outputs))
      expect([...result.fed!.data, ...result.again!.data]).toEqual([3, 4, 3, 4])
      expect([...result.kept!.data]).toEqual([10, 20, 30])
      expect([...result.same!.data]).toEqual([11, 21, 31])
    })
  })

  test('a scalar has the shape []', async () => {
    const { y } = await evaluate(runtime(), { y: mul(placeholder('x', []), 2) }, { x: scalar(3) })
    expect(y).toEqual(scalar(6))
  })
})
