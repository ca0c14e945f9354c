import { chmod, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { WebSocketClient } from '../../../src/renderer/api/webSocketClient'
import { serve, type ServedApp, type ServeOptions } from '../../e2e/support/servedApp'
import { enter } from '../../support/served'
import { temporaryFolder } from '../../support/testFolder'

let served: ServedApp
let window: WebSocketClient
let home: string
afterEach(async () => {
  window.close()
  await chmod(library(), 0o755).catch(() => undefined) // Moved away in one of them.
  await served.kill()
})

/** A served app in a process of its own that trains a run for long. */
async function training(options: Partial<ServeOptions> = {}): Promise<string> {
  home = await temporaryFolder()
  served = await serve({ home, roots: [home], ...options })
  const { cookie, origin } = await enter(served.address)
  const address = `${origin.replace('http', 'ws')}/socket`
  window = new WebSocketClient(() => new WebSocket(address, { origin, headers: { cookie } }) as never)
  const { id: dataset } = await window.invoke('datasets.importSample', { count: 360, seed: 1 })
  await until(async () => (await window.invoke('datasets.list')).items[0]?.state === 'ready')
  const presets = await window.invoke('training.presets', { dataset })
  const { spec, config } = presets.find(({ name }) => name === 'tied-784-32')!
  const { id } = await window.invoke('training.start', {
    ...{ dataset, name: 'Run', spec, preset: 'tied-784-32' },
    config: { ...config, epochs: 5000 },
  })
  await until(async () => (await window.invoke('runs.get', { id })).metrics.length >= 2)
  return id
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const isIdle = async () => (await window.invoke('training.state')).type !== 'training'

/** It answers, and its process has not ended. */
async function isAlive(): Promise<void> {
  expect((await window.invoke('app.state')).version).toBeTruthy()
  expect(served.process.exitCode).toBe(null)
}

const library = () => join(home, 'library')

describe('a served app that trains', () => {
  it('goes on whatever happens to its library, and so does the run when that is over', async () => {
    const id = await training({ obeysPermissions: true })
    const goesOn = async () => {
      const { length } = (await window.invoke('runs.get', { id })).metrics
      await window.invoke('training.resume', { id })
      await until(async () => (await window.invoke('runs.get', { id })).metrics.length > length)
    }
    // Nobody may enter it.
    await chmod(library(), 0)
    await until(isIdle)
    await isAlive()
    await chmod(library(), 0o755)
    await goesOn()
    // It is moved away.
    await rename(library(), join(home, 'elsewhere'))
    await until(isIdle)
    await isAlive()
    await rm(library(), { recursive: true, force: true })
    await rename(join(home, 'elsewhere'), library())
    await goesOn()
    // The run is deleted while it trains.
    await rm(join(library(), 'runs', id), { recursive: true, force: true, maxRetries: 5 })
    await until(isIdle)
    await isAlive()
  })

  it('goes on with too few descriptors', async () => {
    await training({ mostDescriptors: 64 })
    await Promise.allSettled(Array.from({ length: 200 }, () => window.invoke('runs.list')))
    await isAlive()
  })
})
