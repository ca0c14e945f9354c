import { afterAll, expect, it } from 'vitest'
import { modelSpecSchema } from '../../../src/shared/modelSpec'
import type { LearnEvent, LearnParams } from '../../../src/main/features/showcase/tasks/showcaseTasks'
import { testComputeClient } from '../../support/commandLine'
import { randomNumbers } from '../../support/randomNumbers'

const client = testComputeClient()
afterAll(() => client.dispose())

const inputs = 64
const spec = modelSpecSchema.parse({
  input: { height: 8, width: 8, channels: 1 },
  encoder: [{ type: 'dense', units: 8, activation: 'linear' }],
})
/** Bars: eight kinds of image, a little different each. */
function bars(count: number): Uint8Array {
  const random = randomNumbers(3)
  return Uint8Array.from({ length: count * inputs }, (_, i) => {
    const image = Math.floor(i / inputs)
    return (i % 8 === image % 8 ? 200 : 20) + Math.floor(20 * random())
  })
}
const params = (changes: Partial<LearnParams> = {}): LearnParams => ({
  ...{ runtime: 'onnx', device: 'cpu', spec, pixels: bars(96), shown: Uint32Array.from([0, 5, 11]) },
  ...{ forMs: 60_000, everyMs: 1, from: null },
  ...changes,
})

it('shows the images as they come out, first untrained, and then better and better', async () => {
  const events: LearnEvent[] = []
  const result = await client.call('learnShowcase', params({ forMs: 1500 }), {
    onEvent: (event) => void events.push(event),
  })
  expect(result.isDone).toBe(true)
  expect(events[0]).toMatchObject({ step: 0, loss: null })
  expect(events.every(({ reconstructions }) => reconstructions.length === 3 * inputs)).toBe(true)
  expect(events.length).toBeGreaterThan(2)
  expect(events.at(-1)!.loss!).toBeLessThan(events[1]!.loss!)
  expect(events.at(-1)!.step).toBe(result.position.step)
})

it('stops when it is asked to, and goes on from where it was', async () => {
  const stop = new AbortController()
  const first = await client.call('learnShowcase', params(), {
    signal: stop.signal,
    onEvent: ({ step }) => {
      if (step > 20) stop.abort('pause')
    },
  })
  expect(first.isDone).toBe(false)
  expect(first.position.step).toBeGreaterThan(20)
  const again = new AbortController()
  let next: LearnEvent | null = null
  await client.call('learnShowcase', params({ from: first }), {
    signal: again.signal,
    onEvent: (event) => {
      next ??= event
      again.abort()
    },
  })
  expect(next!.step).toBeGreaterThan(first.position.step)
  expect(next!.elapsedMs).toBeGreaterThan(first.elapsedMs)
})
