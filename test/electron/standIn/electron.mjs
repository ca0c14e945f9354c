/**
 * Stands in for the `electron` module where its binary cannot be had: the built main process runs in plain Node.js, and
 * its windows are pages of a Chromium that the parent process drives. Messages between the two are structured clones, as
 * between the processes of Electron. Only what Hourglass uses is here.
 */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { request } from 'node:http'
import Module from 'node:module'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'

const root = resolve(import.meta.dirname, '../../..')
const waiting = new Map()
let nextId = 1

const tell = (message) => process.connected && process.send(message)
const ask = (message) =>
  new Promise((resolve) => {
    const id = nextId++
    waiting.set(id, resolve)
    tell({ ...message, id })
  })

/** What the test says of this start: whether it is a packaged app, whether another one runs already. */
const start = JSON.parse(process.env.HOURGLASS_STAND_IN ?? '{}')
// A packaged app is started without the name of a script.
if (start.isPackaged) process.argv.splice(1, 1)
if (start.resources) process.resourcesPath = start.resources

/** Packages of before ES modules get the stand-in, too. */
const load = Module._load
Module._load = (name, ...rest) => (name === 'electron' ? standIn : load(name, ...rest))

class App extends EventEmitter {
  name = 'electron'
  isPackaged = start.isPackaged ?? false
  paths = {}
  isQuitting = false
  setName = (name) => void (this.name = name)
  setPath = (name, path) => void (this.paths[name] = path)
  enableSandbox = () => void (this.isSandboxed = true)
  whenReady = async () => undefined
  addRecentDocument = (path) => tell({ kind: 'recent', path })
  clearRecentDocuments = () => tell({ kind: 'recent', path: null })
  getLocale = () => start.locale ?? 'en-GB'
  requestSingleInstanceLock = () => !start.isSecond
  releaseSingleInstanceLock = () => tell({ kind: 'unlocked' })
  getName = () => this.name
  getPath = (name) => this.paths[name]
  getAppPath = () => root
  getVersion = () => '0.0.0'
  setAppUserModelId = () => undefined
  setAboutPanelOptions = (options) => tell({ kind: 'about', options })
  quit() {
    const event = cancellable()
    this.emit('before-quit', event)
    if (!event.defaultPrevented) this.exit(0)
  }
  exit(code) {
    tell({ kind: 'exit', code })
    setTimeout(() => process.exit(code), 20)
  }
}
export const app = new App()

function cancellable(extra = {}) {
  const event = {
    defaultPrevented: false,
    ...extra,
    preventDefault: () => void (event.defaultPrevented = true),
  }
  return event
}

class WebContents extends EventEmitter {
  constructor(id) {
    super()
    this.id = id
    this.mainFrame = { url: '' }
  }
  send = (channel, ...args) => tell({ kind: 'send', window: this.id, channel, args })
  isDestroyed = () => false
  startDrag = ({ file, icon }) => tell({ kind: 'drag', file, icon })
  setWindowOpenHandler = (handler) => void (this.openHandler = handler)
}

const windows = new Map()
export class BrowserWindow extends EventEmitter {
  constructor(options) {
    super()
    this.options = options
    this.id = nextId++
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width, height: options.height }
    this.webContents = new WebContents(this.id)
    windows.set(this.id, this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url) {
    this.webContents.mainFrame.url = url
    const { preload, ...preferences } = this.options.webPreferences
    await ask({ kind: 'load', window: this.id, url, preload, preferences })
    this.emit('ready-to-show')
    this.webContents.emit('did-finish-load')
  }
  show = () => void ((this.isShown = true), tell({ kind: 'show', window: this.id }))
  focus = () => undefined
  restore = () => undefined
  // As in Electron, what is maximised is shown.
  maximize = () => {
    this.maximized = true
    tell({ kind: 'maximize', window: this.id })
    this.show()
  }
  isMaximized = () => this.maximized ?? false
  isMinimized = () => false
  isFocused = () => this.focused ?? true
  isDestroyed = () => this.destroyed ?? false
  getNormalBounds = () => this.bounds
  setProgressBar = (value) => tell({ kind: 'progress', value })
  reload = () => tell({ kind: 'reload', window: this.id })
  close() {
    const event = cancellable()
    this.emit('close', event)
    if (event.defaultPrevented) return
    this.destroyed = true
    windows.delete(this.id)
    tell({ kind: 'closed', window: this.id })
    this.emit('closed')
    if (windows.size === 0) app.emit('window-all-closed')
  }
}

const handlers = new Map()
export const ipcMain = { handle: (channel, handler) => void handlers.set(channel, handler) }

const schemes = new Map()
export const protocol = { registerSchemesAsPrivileged: (list) => tell({ kind: 'schemes', list }) }
export const session = {
  fromPartition: () => ({}),
  defaultSession: {
    protocol: { handle: (scheme, handler) => void schemes.set(scheme, handler) },
    setPermissionRequestHandler: (handler) => void (permissions.request = handler),
    setPermissionCheckHandler: (handler) => void (permissions.check = handler),
    setDevicePermissionHandler: (handler) => void (permissions.device = handler),
  },
}
const permissions = {}

export const dialog = {
  showOpenDialog: (...args) => ask({ kind: 'openDialog', options: args.at(-1) }),
  showMessageBox: (...args) => ask({ kind: 'messageBox', options: args.at(-1) }),
  showErrorBox: (title, content) => tell({ kind: 'errorBox', title, content }),
}
export const shell = {
  showItemInFolder: (path) => tell({ kind: 'reveal', path }),
  openExternal: async (url) => tell({ kind: 'external', url }),
}
let menu = []
export const Menu = {
  buildFromTemplate: (template) => template,
  setApplicationMenu: (template) => void (menu = template),
}
export class Notification extends EventEmitter {
  static isSupported = () => true
  constructor(options) {
    super()
    this.options = options
  }
  show = () => tell({ kind: 'notification', ...this.options })
}
export const net = {
  fetch: (url, init) => fetch(url, init),
  request: ({ protocol, hostname, port, path, method, headers }) =>
    request({ protocol, hostname, port, path, method, headers }),
}
export const autoUpdater = new EventEmitter()
export const nativeImage = {
  createFromPath: (path) => ({ path, resize: (size) => ({ path, ...size }) }),
}
let tray = null
const show = (shown) => void (tray = shown)
export class Tray extends EventEmitter {
  constructor(image) {
    super()
    show(this)
    tell({ kind: 'tray', image })
  }
  setToolTip = (text) => tell({ kind: 'trayTip', text })
  setContextMenu = (items) => void (this.menu = items)
  destroy() {
    show(null)
    tell({ kind: 'tray', image: null })
  }
}
export const utilityProcess = {
  fork: (script, args) => fork(script, args, { silent: true, execArgv: [] }),
}
export const nativeTheme = { themeSource: 'system', shouldUseDarkColors: false }
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
export const powerSaveBlocker = {
  start: (type) => {
    tell({ kind: 'power', blocked: true, type })
    return 1
  },
  stop: () => tell({ kind: 'power', blocked: false }),
}

const flatten = (items) =>
  items.flatMap((item) => [item, ...flatten(Array.isArray(item.submenu) ? item.submenu : [])])

const requests = {
  answer: ({ id, value }) => {
    waiting.get(id)?.(value)
    waiting.delete(id)
  },
  /** From the page: what ipcRenderer.invoke sends. */
  async invoke({ window, channel, args, frameUrl, isMainFrame }) {
    const { webContents } = windows.get(window) ?? { webContents: new WebContents(-1) }
    const senderFrame = isMainFrame ? webContents.mainFrame : { url: frameUrl }
    if (isMainFrame) webContents.mainFrame.url = frameUrl
    return handlers.get(channel)({ sender: webContents, senderFrame }, ...args)
  },
  async fetch({ url, method }) {
    const response = await schemes.get(new URL(url).protocol.slice(0, -1))({ url, method })
    const body = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: Object.fromEntries(response.headers), body }
  },
  navigate({ window, url }) {
    const event = cancellable({ url })
    windows.get(window).webContents.emit('will-navigate', event, url)
    return event.defaultPrevented
  },
  open: ({ window, url }) => windows.get(window).webContents.openHandler({ url }).action,
  permission: ({ permission }) =>
    new Promise((resolve) => permissions.request({}, permission, (allowed) => resolve(allowed))),
  menu: () => flatten(menu).map(({ label, accelerator, role }) => ({ label, accelerator, role })),
  click: ({ label }) =>
    flatten(menu)
      .find((item) => item.label === label)
      .click(),
  trayMenu: () => tray && flatten(tray.menu).map(({ label, enabled, role }) => ({ label, enabled, role })),
  clickTray: ({ label }) =>
    flatten(tray.menu)
      .find((item) => item.label === label)
      .click(),
  secondInstance: ({ argv, folder }) => app.emit('second-instance', {}, argv, folder),
  quit: () => app.quit(),
  close: ({ window }) => windows.get(window).close(),
  maximize: ({ window }) => windows.get(window).maximize(),
  resize: ({ window, bounds }) => Object.assign(windows.get(window).bounds, bounds),
  crash: ({ window }) =>
    windows.get(window).webContents.emit('render-process-gone', {}, { reason: 'crashed' }),
  focus: ({ window, focused }) => void (windows.get(window).focused = focused),
  themeSource: () => nativeTheme.themeSource,
  settings: () => ({ sandboxed: app.isSandboxed, options: [...windows.values()][0].options }),
}

const standIn = {
  ...{ app, autoUpdater, BrowserWindow, dialog, ipcMain, Menu, nativeImage, nativeTheme, net, Notification },
  ...{ powerSaveBlocker, protocol, screen, session, shell, Tray, utilityProcess },
}

process.on('message', async ({ kind, request, ...params }) => {
  // Several may come at once; each is an event of its own, before which goes on what waited for the one before.
  await setImmediate()
  try {
    const value = await requests[kind](params)
    if (request !== undefined) tell({ kind: 'answer', request, value: value ?? null })
  } catch (error) {
    if (request !== undefined) tell({ kind: 'answer', request, error: error.stack })
  }
})
process.on('disconnect', () => process.exit(0))
