import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Frame, Page, Request, Route } from '@playwright/test'
import { root } from '../support/requirements'
import { besideGlibAlone, hasSystemGlib } from '../support/systemGlib'
import { decodeArrays, encodeArrays } from './arrays'

/** Chromium opens no app: addresses, so the page has this one instead. */
const origin = 'https://hourglass.invalid'
const appOrigin = 'app://hourglass'
const toApp = (url: string) => url.replace(origin, () => appOrigin)

export interface StandInOptions {
  readonly home: string
  /** Arguments of the start: folders that the app is to open. */
  readonly args?: readonly string[]
  /** As it starts when it is packaged: no script among its arguments. */
  readonly isPackaged?: boolean
  /** The system's language; British English if not given. */
  readonly locale?: string
  /** Where a packaged app has what is not in its archive. */
  readonly resources?: string
  readonly env?: Readonly<Record<string, string>>
  /** Another one runs already, and has the lock. */
  readonly isSecond?: boolean
}

export interface MessageBox {
  readonly message: string
  readonly buttons: readonly string[]
}

type Told = Record<string, unknown> & { readonly kind: string }

/**
 * The built Electron main process and preload script in the stand-in. Its window is a page of `context`; what the system
 * would show (dialogs, notifications, the task bar) is told here.
 */
export class StandIn {
  readonly told: Told[] = []
  /** Paths that the next open dialogs give back. */
  readonly dialogAnswers: string[][] = []
  /** Which button of the next message boxes is pressed. */
  readonly buttons: number[] = []
  /** Playwright fails where a page is closed, or loaded once more, while it is loaded. */
  private reloaded: Promise<void> = Promise.resolve()
  page!: Page
  window = 0
  windowsOpened = 0
  stderr = ''
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >()
  private nextRequest = 1
  private opened!: () => void
  readonly ended: Promise<unknown>

  private constructor(
    private readonly context: BrowserContext,
    readonly child: ChildProcess,
  ) {
    this.ended = once(child, 'close').then(() => {
      for (const { reject } of this.waiting.values()) reject(new Error('The app has ended.'))
      this.waiting.clear()
      return this.reloaded
    })
    child.stderr!.on('data', (data: Buffer) => (this.stderr += data))
    child.on('message', (message) => void this.hear(message as Told))
  }

  /** Resolves when its window shows the page. */
  static async launch(
    context: BrowserContext,
    { home, args = [], env = {}, ...start }: StandInOptions,
  ): Promise<StandIn> {
    const register = join(root, 'test/electron/standIn/register.mjs')
    const child = fork(join(root, 'out/main/index.js'), [...args], {
      execArgv: ['--import', register, '--inspect=127.0.0.1:0'],
      env: {
        ...process.env,
        ...(hasSystemGlib() ? besideGlibAlone : {}),
        HOURGLASS_HOME: home,
        HOURGLASS_STAND_IN: JSON.stringify(start),
        ...env,
      },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const standIn = new StandIn(context, child)
    const opened = new Promise<void>((resolve) => (standIn.opened = resolve))
    const isOpen = await Promise.race([opened.then(() => true), standIn.ended.then(() => false)])
    if (!isOpen) throw new Error(`The app ended: ${standIn.stderr} ${JSON.stringify(standIn.told)}`)
    return standIn
  }

  /** Asks the stand-in module in the app's process. */
  ask<T>(kind: string, params: Record<string, unknown> = {}): Promise<T> {
    const request = this.nextRequest++
    return new Promise((resolve, reject) => {
      this.waiting.set(request, { resolve: resolve as never, reject })
      this.send({ kind, request, ...params }, () => reject(new Error('The app has ended.')))
    })
  }

  all(kind: string): Told[] {
    return this.told.filter((message) => message.kind === kind)
  }

  /** A person quits; resolves when the process has ended, or after nothing came of it. */
  async quit(): Promise<void> {
    if (!this.child.connected) return
    this.send({ kind: 'quit' })
    await this.ended
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
    await this.page.close()
  }

  private async hear(message: Told): Promise<void> {
    this.told.push(message)
    const { kind, id } = message
    if (kind === 'answer') return this.settle(message)
    if (kind === 'load') await this.load(message as never)
    if (kind === 'send') await this.deliver(message as never)
    if (kind === 'reload') this.reloaded = this.reloaded.then(() => this.reload())
    if (kind === 'closed') await this.reloaded.then(() => this.page.close())
    if (kind === 'openDialog') {
      const filePaths = this.dialogAnswers.shift() ?? []
      this.answer(id, { canceled: filePaths.length === 0, filePaths })
    } else if (kind === 'messageBox') this.answer(id, { response: this.buttons.shift() ?? 0 })
    else if (id !== undefined) this.answer(id, null)
  }

  /** The app may end meanwhile. */
  private async reload(): Promise<void> {
    await this.page.reload().catch(() => undefined)
  }

  private answer(id: unknown, value: unknown): void {
    this.send({ kind: 'answer', id, value })
  }

  /** An app may end at any time, and does so before its end is known here. */
  private send(message: Record<string, unknown>, onEnded: () => void = () => undefined): void {
    if (this.child.connected) this.child.send(message, (error) => error && onEnded())
    else onEnded()
  }

  private settle({ request, value, error }: Told): void {
    const waiting = this.waiting.get(request as number)
    this.waiting.delete(request as number)
    if (error === undefined) waiting?.resolve(value as never)
    else waiting?.reject(new Error(String(error)))
  }

  private async load({
    window,
    url,
    preload,
  }: {
    window: number
    url: string
    preload: string
  }): Promise<void> {
    this.window = window
    const page = await this.context.newPage()
    this.page = page
    await page.exposeBinding('standInInvoke', ({ frame }, channel: string, args: unknown) =>
      this.invoke(frame, channel, args),
    )
    const host = readFileSync(join(root, 'test/electron/standIn/preloadHost.js'), 'utf8')
    const script = readFileSync(preload, 'utf8')
    // Only the main frame of a window has the preload script.
    await page.addInitScript(
      `if (window === window.top) { const preloadSource = ${JSON.stringify(script)};\n${host} }`,
    )
    // A page that is closed, or whose app is gone, waits for no answer.
    await this.context.route('**/*', (route) =>
      this.serve(route, page).catch(() => route.abort().catch(() => undefined)),
    )
    page.on('popup', (popup) => void popup.close().catch(() => undefined))
    await page.goto(url.replace(appOrigin, () => origin))
    this.windowsOpened++
    this.opened()
  }

  private async invoke(frame: Frame, channel: string, args: unknown): Promise<unknown> {
    const isMainFrame = frame === this.page.mainFrame()
    const params = {
      window: this.window,
      channel,
      args: decodeArrays(args),
      frameUrl: toApp(frame.url()),
      isMainFrame,
    }
    // Electron, too, rejects what nobody is left to answer.
    return encodeArrays(await this.ask('invoke', params))
  }

  private async deliver({ channel, args }: { channel: string; args: unknown }): Promise<void> {
    const message = [channel, encodeArrays(args)] as const
    await this.page
      .evaluate(
        ([to, what]) =>
          (window as never as { standInDeliver(...a: unknown[]): void }).standInDeliver(to, what),
        message,
      )
      .catch(() => undefined) // The page is being left or loaded.
  }

  private async serve(route: Route, page: Page): Promise<void> {
    const request = route.request()
    const url = request.url()
    if (!isOf(page, request)) {
      await this.ask('open', { window: this.window, url })
      return route.abort()
    }
    if (request.isNavigationRequest() && !url.startsWith(`${origin}/`)) {
      const prevented = await this.ask<boolean>('navigate', { window: this.window, url })
      return prevented ? route.abort('aborted') : route.continue()
    }
    if (!url.startsWith(`${origin}/`)) return route.abort()
    const answer = await this.ask<{ status: number; headers: Record<string, string>; body: Uint8Array }>(
      'fetch',
      {
        url: toApp(url),
        method: request.method(),
      },
    )
    await route.fulfill({ ...answer, body: Buffer.from(answer.body) })
  }
}

/** A new window's first request has no frame yet. */
function isOf(page: Page, request: Request): boolean {
  try {
    return request.frame().page() === page
  } catch {
    return false
  }
}
