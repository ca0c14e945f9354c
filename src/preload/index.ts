import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge } from '../shared/api/bridge'
import type { EventMessage, Reply } from '../shared/api/messages'
import type { Place } from '../shared/api/places'

let nextId = 0

/** Of an Error only its sentence crosses to the page. */
function resultOf(reply: Reply): unknown {
  if (reply.kind === 'error') throw new Error(reply.error.message)
  return reply.result
}

/** The only door between the page and the app. The page names commands and events; it reaches no channel by itself. */
const bridge: Bridge = {
  invoke: (command, params) =>
    ipcRenderer.invoke('hourglass:request', { kind: 'request', id: nextId++, command, params }),
  on(event, listen) {
    const hear = (_: unknown, message: EventMessage) => {
      if (message.event === event) listen(message.payload as never)
    }
    ipcRenderer.on('hourglass:event', hear)
    return () => {
      ipcRenderer.removeListener('hourglass:event', hear)
    }
  },
  async placesOf(files) {
    const paths = files.map((file) => webUtils.getPathForFile(file))
    const reply = (await ipcRenderer.invoke('hourglass:places', paths)) as Reply
    return resultOf(reply) as readonly Place[]
  },
  async drag(place) {
    resultOf((await ipcRenderer.invoke('hourglass:drag', place)) as Reply)
  },
}

contextBridge.exposeInMainWorld('hourglass', bridge)
