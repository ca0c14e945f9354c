import type { BrowserWindow } from 'electron'
import type { Log } from '../base/log'
import { reviveCrashedPage } from './crashedPage'
import type { ShellTexts } from './shellTexts'
import { openMainWindow, type WindowOptions } from './mainWindow'

/** The only window of the app, which may be closed and opened again. */
export class AppWindow {
  private window: BrowserWindow | null = null
  private loaded: Promise<void> = Promise.resolve()
  private readonly listeners: (() => void)[] = []

  constructor(
    private readonly options: WindowOptions,
    private readonly log: Log,
    private readonly texts: () => ShellTexts,
  ) {}

  /** Null while it is closed. */
  readonly current = (): BrowserWindow | null => this.window

  /** Hears when it was opened, and when it was closed. */
  onChange(listen: () => void): void {
    this.listeners.push(listen)
  }

  /** Brings it to the front, or opens it. */
  readonly show = (): void => {
    if (!this.window) return this.open()
    if (this.window.isMinimized()) this.window.restore()
    this.window.show()
    this.window.focus()
  }

  /** Resolves when it is open and its page listens to events. */
  ready(): Promise<void> {
    if (!this.window) this.open()
    return this.loaded
  }

  private open(): void {
    const window = openMainWindow(this.options)
    this.window = window
    this.loaded = new Promise((resolve) => window.webContents.once('did-finish-load', () => resolve()))
    window.on('closed', () => {
      this.window = null
      this.tell()
    })
    reviveCrashedPage(window, this.log, this.texts)
    this.tell()
  }

  private tell(): void {
    for (const listen of this.listeners) listen()
  }
}
