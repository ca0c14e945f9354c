import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CancelledError, ExpectedError } from '../../../src/shared/errors'
import { type CallOptions, ComputeClient } from '../../../src/main/worker/computeClient'
import { testComputeClient } from '../../support/commandLine'
import { temporaryFolder } from '../../support/testFolder'

/** A worker that does what it is told, one thing after the other, as the real one does. */
const worker = `
  import { parentPort, threadId, workerData } from 'node:worker_threads'
  const reply = (message) => parentPort.postMessage(message)
  const jobs = {
    echo: async (id, { value }) => reply({ id, kind: 'result', result: value ?? threadId }),
    fail: async (id, { error }) => reply({ id, kind: 'error', error }),
    exit: async () => process.exit(7),
    throw: async () => setImmediate(() => { throw new Error('out of memory, say') }),
    hang: async () => { for (;;); },
    inRuntime: async (id, _, words) => {
      const calls = new Int32Array(workerData.nativeCalls)
      Atomics.add(calls, 0, 1)
      reply({ id, kind: 'event', event: 'begun' })
      // As a runtime does: nothing else happens in the thread meanwhile.
      const end = Date.now() + 400
      while (Date.now() < end);
      Atomics.sub(calls, 0, 1)
      reply({ id, kind: 'ending' })
      reply({ id, kind: 'result', result: Atomics.load(words, 0) })
    },
    untilAsked: async (id, _, words) => {
      reply({ id, kind: 'event', event: 'begun' })
      while (Atomics.load(words, 0) === 0) await new Promise(setImmediate)
      reply({ id, kind: 'ending' })
      reply({ id, kind: 'result', result: Atomics.load(words, 0) })
    },
  }
  let queue = Promise.resolve()
  parentPort.on('message', ({ id, params, control }) => {
    queue = queue.then(() => jobs[params.job](id, params, new Int32Array(control)))
  })`

const clients: ComputeClient[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const client of clients.splice(0)) await client.dispose()
})

async function createClient() {
  const entry = join(await temporaryFolder(), 'worker.mjs')
  await writeFile(entry, worker)
  const client = new ComputeClient(pathToFileURL(entry))
  clients.push(client)
  return (job: string, more: object = {}, options: object = {}): Promise<unknown> =>
    client.call('devices', { job, ...more } as never, options as CallOptions<'devices'>)
}

describe('a call', () => {
  it('gives the result, or the error as what it was', async () => {
    const call = await createClient()
    expect(await Promise.all([1, 2, 3].map((value) => call('echo', { value })))).toEqual([1, 2, 3])
    const expected = call('fail', { error: { kind: 'expected', code: 'not-found', message: 'No dataset.' } })
    await expect(expected).rejects.toEqual(new ExpectedError('not-found', 'No dataset.'))
    const cancelled = call('fail', { error: { kind: 'cancelled', message: 'Stopped.' } })
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError)
    const bug = call('fail', { error: { kind: 'bug', message: 'x is undefined', stack: 'there' } })
    await expect(bug).rejects.toMatchObject({ message: 'x is undefined', stack: 'there' })
  })

  it('does not stay pending when its parameters cannot be sent', async () => {
    const call = await createClient()
    await expect(call('echo', { value: () => 0 })).rejects.toThrow('could not be cloned')
    expect(await call('echo', { value: 4 })).toBe(4)
  })

  it.each([
    ['pause', 1],
    [undefined, 2],
  ])('is asked to end: %s', async (reason, asked) => {
    const call = await createClient()
    const controller = new AbortController()
    const options = { signal: controller.signal, onEvent: () => controller.abort(reason) }
    expect(await call('untilAsked', {}, options)).toBe(asked)
    expect(await call('untilAsked', {}, { signal: AbortSignal.abort(reason) })).toBe(asked)
  })
})

describe("the worker's death", () => {
  it.each([
    ['exit', 'The compute worker has died: it ended with code 7.'],
    ['throw', 'The compute worker has died: out of memory, say.'],
  ])(
    'rejects all that was pending with its reason, and the next call has a new worker: %s',
    async (job, reason) => {
      const call = await createClient()
      const thread = await call('echo')
      const lost = [call(job), call('untilAsked'), call('echo')]
      for (const result of await Promise.allSettled(lost))
        expect(result).toMatchObject({ status: 'rejected', reason: { message: reason } })
      expect(await call('echo')).not.toBe(thread)
    },
  )

  it('is how a task ends that does not notice that it is to; those behind it hear why, what comes after it works', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const call = await createClient()
    const controller = new AbortController()
    const hanging = call('hang', {}, { signal: controller.signal })
    const behind = call('echo')
    controller.abort()
    const after = call('echo', { value: 4 })
    vi.advanceTimersByTime(5_000)
    const [broken, lost] = await Promise.allSettled([hanging, behind])
    expect(await after).toBe(4)
    expect(broken).toEqual({
      status: 'rejected',
      reason: new CancelledError('The work did not stop when it was asked to, and was broken off.'),
    })
    expect(lost).toMatchObject({
      reason: { message: expect.stringContaining('The compute worker has died') },
    })
    expect(await call('echo', { value: 5 })).toBe(5)
  })

  it('does not come over a task in a call of a runtime, which would take the process along', async () => {
    const call = await createClient()
    const controller = new AbortController()
    const onEvent = () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      controller.abort()
      vi.advanceTimersByTime(30_000)
    }
    expect(await call('inRuntime', {}, { signal: controller.signal, onEvent })).toBe(2)
  })

  it('waits for a call of a runtime where the client is disposed of', async () => {
    const entry = join(await temporaryFolder(), 'worker.mjs')
    await writeFile(entry, worker)
    const client = new ComputeClient(pathToFileURL(entry))
    let disposed: Promise<void> | undefined
    const onEvent = () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      disposed = client.dispose()
      vi.advanceTimersByTime(5_000)
    }
    const options = { onEvent } as CallOptions<'devices'>
    expect(await client.call('devices', { job: 'inRuntime' } as never, options)).toBe(2)
    await disposed
  })

  it('does not come over a task because one behind it is to end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const call = await createClient()
    const first = new AbortController()
    const running = call('untilAsked', {}, { signal: first.signal })
    const waiting = call('untilAsked', {}, { signal: AbortSignal.abort() })
    vi.advanceTimersByTime(60_000)
    first.abort()
    expect(await Promise.all([running, waiting])).toEqual([2, 2])
  })

  it('is asked for when the client is disposed of: tasks end first, and what does not is rejected', async () => {
    const entry = join(await temporaryFolder(), 'worker.mjs')
    await writeFile(entry, worker)
    const client = new ComputeClient(pathToFileURL(entry))
    const ending = client.call('devices', { job: 'untilAsked' } as never)
    await client.dispose()
    expect(await ending).toBe(2)
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const hanging = client.call('devices', { job: 'hang' } as never)
    const heard = expect(hanging).rejects.toThrow('The compute worker was closed.')
    const disposed = client.dispose()
    vi.advanceTimersByTime(5_000)
    await disposed
    await heard
    await client.dispose()
  })

  it('has its reason also where the worker cannot begin', async () => {
    const client = new ComputeClient(pathToFileURL(join(await temporaryFolder(), 'missing.mjs')))
    await expect(client.call('devices', {})).rejects.toThrow(
      /The compute worker has died: Cannot find module/,
    )
  })
})

describe('the built worker', () => {
  it('describes its runtimes', async () => {
    const client = testComputeClient()
    clients.push(client)
    const described = await client.call('devices', {})
    expect(described.map(({ runtime }) => runtime)).toEqual(['tensorflow', 'onnx'])
    for (const { version, devices, reason } of described) {
      if (version === null) expect(reason).toMatch(/npm run setup:tensorflow/)
      else expect(devices[0]).toMatchObject({ id: expect.any(String), name: expect.any(String) })
    }
  })
})
