import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge } from '../shared/api/bridge'
import type { EventMessage } from '../shared/api/messages'

let nextId = 0

/** The only door between the page and the app. The page names commands and events; it reaches no channel by itself. */
const bridge: Bridge = {
  invoke: (command, params) =>
    ipcRenderer.invoke('hourglass:request', { kind: 'request', id: nextId++, command, params }),
  on(event, listen) {
    const hear = (_: unknown, message: EventMessage) => {
      if (message.event === event) listen(message.payload as never)
    }
    ipcRenderer.on('hourglass:event', hear)
    return () => void ipcRenderer.removeListener('hourglass:event', hear)
  },
  placesOf: (files) =>
    ipcRenderer.invoke(
      'hourglass:places',
      files.map((file) => webUtils.getPathForFile(file)),
    ),
}

contextBridge.exposeInMainWorld('hourglass', bridge)
