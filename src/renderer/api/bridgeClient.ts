import type { Bridge } from '../../shared/api/bridge'
import type { Client } from '../../shared/api/client'
import { errorOf } from './errorOf'

/** The app behind Electron's bridge, whose connection lasts as long as the window. */
export function createBridgeClient(bridge: Bridge): Client {
  return {
    async invoke(command, ...[params]) {
      const reply = await bridge.invoke(command, params ?? {})
      if (reply.kind === 'result') return reply.result as never
      throw errorOf(reply.error)
    },
    on: (event, listen) => bridge.on(event, listen),
    onConnection: () => () => undefined,
  }
}
