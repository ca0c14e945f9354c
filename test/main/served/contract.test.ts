import { afterAll, beforeAll, describe, it } from 'vitest'
import WebSocket from 'ws'
import type { App } from '../../../src/main/app/createApp'
import { Dispatcher } from '../../../src/main/app/dispatcher'
import { type ServedApp, serveApp } from '../../../src/main/served/httpServer'
import { memoryPair } from '../../support/memoryTransport'
import { WebSocketClient } from '../../../src/renderer/api/webSocketClient'
import { type EventName } from '../../../src/shared/api/events'
import { type ContractClient, contractChecks } from '../../contract/contractChecks'
import { clientOfMessages } from '../../contract/clientOfMessages'
import { enter } from '../../support/served'
import { openTestApp } from '../../support/testApp'
import { folderOfFile } from '../../support/testFolder'

describe('the contract over a pair in memory', () => {
  let app: App
  let client: ContractClient
  beforeAll(async () => {
    app = await openTestApp(await folderOfFile())
    const { app: connection, window } = memoryPair()
    new Dispatcher(app).connect(connection)
    client = clientOfMessages(window)
  })
  afterAll(() => app.close())
  it.each(contractChecks)('$name', ({ check }) => check(client))
})

describe('the contract over a WebSocket', () => {
  let app: App
  let served: ServedApp
  let window: WebSocketClient
  let client: ContractClient
  beforeAll(async () => {
    app = await openTestApp(await folderOfFile())
    served = await serveApp(app, { port: 0, page: import.meta.dirname })
    const { cookie, origin } = await enter(served.address)
    const connect = () =>
      new WebSocket(`${origin.replace('http', 'ws')}/socket`, { origin, headers: { cookie } }) as never
    window = new WebSocketClient(connect)
    client = overWebSocket(window)
  })
  afterAll(async () => {
    window.close()
    await served.close()
    await app.close()
  })
  it.each(contractChecks)('$name', ({ check }) => check(client))
})

/** The page's own client. */
function overWebSocket(window: WebSocketClient): ContractClient {
  const events: { event: EventName; payload: unknown }[] = []
  for (const event of ['datasets.changed', 'runs.changed', 'jobs.changed'] as const)
    window.on(event, (payload) => void events.push({ event, payload }))
  return {
    invoke: window.invoke as ContractClient['invoke'],
    invokeAnything: window.invoke as ContractClient['invokeAnything'],
    events: async () => events,
  }
}
