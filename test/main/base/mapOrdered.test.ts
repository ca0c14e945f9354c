import { expect, it } from 'vitest'
import { mapOrdered } from '../../../src/main/base/mapOrdered'

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

/** Ends after as many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate)
}

it('keeps the order and the width, whatever finishes first', async () => {
  let running = 0
  let most = 0
  const work = async (i: number) => {
    most = Math.max(most, ++running)
    await turns((i * 7) % 5)
    running--
    return i * 10
  }
  const inputs = Array.from({ length: 40 }, (_, i) => i)
  expect(await collect(mapOrdered(inputs, work, { width: 4 }))).toEqual(inputs.map((i) => i * 10))
  expect(most).toBe(4)
})

it('holds no more than the budget until it is consumed, but always one', async () => {
  let held = 0
  let most = 0
  const work = async (weight: number) => {
    most = Math.max(most, (held += weight))
    await turns(weight % 3)
    return weight
  }
  const weights = [3, 4, 5, 50, 2, 2, 9, 1, 1, 1]
  for await (const weight of mapOrdered(weights, work, { width: 8, weigh: (w) => w, budget: 10 })) {
    await turns(2)
    held -= weight
  }
  expect(most).toBe(50)
  const small = weights.filter((weight) => weight < 50)
  most = 0
  for await (const weight of mapOrdered(small, work, { width: 8, weigh: (w) => w, budget: 10 }))
    held -= weight
  expect(most).toBeLessThanOrEqual(10)
})

it('throws a failure in its turn and closes the inputs', async () => {
  let closed = false
  async function* inputs() {
    try {
      for (let i = 0; ; i++) yield i
    } finally {
      closed = true
    }
  }
  const seen: number[] = []
  const run = async () => {
    const work = async (i: number) => {
      if (i === 3) throw new Error('three')
      return i
    }
    for await (const value of mapOrdered(inputs(), work, { width: 5 })) seen.push(value)
  }
  await expect(run()).rejects.toThrow('three')
  expect(seen).toEqual([0, 1, 2])
  expect(closed).toBe(true)
})

it('throws the reason of an abort without waiting for the work', async () => {
  const controller = new AbortController()
  const never = () => new Promise<number>(() => {})
  const waiting = collect(mapOrdered([1, 2, 3], never, { width: 2 }, controller.signal))
  controller.abort(new Error('stop'))
  await expect(waiting).rejects.toThrow('stop')
})
