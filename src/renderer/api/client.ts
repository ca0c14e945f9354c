import type { Bridge } from '../../shared/api/bridge'
import type { Client } from '../../shared/api/client'
import { createBridgeClient } from './bridgeClient'
import { WebSocketClient } from './webSocketClient'

declare global {
  interface Window {
    readonly hourglass?: Bridge
  }
}

/** Electron's bridge where there is one. */
export const bridge = window.hourglass

const socketAddress = () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/socket`

/** The app that this window belongs to. */
export const client: Client = bridge
  ? createBridgeClient(bridge)
  : new WebSocketClient(() => new WebSocket(socketAddress()))
