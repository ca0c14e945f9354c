/* global preloadSource */
/** Runs the built preload script in a page, as Electron does in front of the page's own scripts. */
;(() => {
  const invoke = window.standInInvoke
  const listeners = new Map()
  const arrays = { Float32Array, Int32Array, Uint8Array }

  const encode = (value) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      let text = ''
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
      return { standInArray: value.constructor.name, base64: btoa(text) }
    }
    if (Array.isArray(value)) return value.map(encode)
    if (value && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]))
    return value
  }
  const decode = (value) => {
    if (Array.isArray(value)) return value.map(decode)
    if (!value || typeof value !== 'object') return value
    if (value.standInArray) {
      const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0))
      return new arrays[value.standInArray](bytes.buffer)
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]))
  }

  /** What the context bridge does with a value: functions are wrapped, of errors the message is left, all else is cloned. */
  const cross = (value) => {
    if (typeof value === 'function') return (...args) => cross(value(...args.map(cross)))
    if (value instanceof Promise) return value.then(cross, (error) => Promise.reject(cross(error)))
    if (value instanceof Error) return new Error(value.message)
    const isApi = value && Object.values(value).some((member) => typeof member === 'function')
    if (isApi) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cross(item)]))
    return structuredClone(value)
  }

  const electron = {
    contextBridge: {
      exposeInMainWorld: (name, api) =>
        Object.defineProperty(window, name, { value: Object.freeze(cross(api)), enumerable: true }),
    },
    ipcRenderer: {
      invoke: async (channel, ...args) => decode(await invoke(channel, encode(structuredClone(args)))),
      on: (channel, listen) => listeners.set(channel, [...(listeners.get(channel) ?? []), listen]),
      removeListener: (channel, listen) =>
        listeners.set(
          channel,
          (listeners.get(channel) ?? []).filter((other) => other !== listen),
        ),
    },
    webUtils: { getPathForFile: (file) => window.standInPaths?.[file.name] ?? '' },
  }
  Object.defineProperty(window, 'standInDeliver', {
    value: (channel, args) => {
      for (const listen of listeners.get(channel) ?? []) listen({}, ...decode(args))
    },
  })
  const module = { exports: {} }
  new Function('require', 'module', 'exports', preloadSource)(() => electron, module, module.exports)
})()
