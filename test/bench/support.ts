import { once } from 'node:events'
import type { CDPSession, Page, TestInfo } from '@playwright/test'
import WebSocket from 'ws'
import type { ServedApp } from '../e2e/support/servedApp'

/** Writes a figure down beside the one to reach; `holds` says whether it is reached. */
export function report(info: TestInfo, name: string, value: string, wanted: string, holds: boolean): void {
  const description = `${value.padStart(12)}   wanted ${wanted.padEnd(12)} ${holds ? 'reached' : 'NOT REACHED'}`
  info.annotations.push({ type: name, description })
}

/** Puts the folder `photos` on the list of the denoise screen. */
export async function openPhotos(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await page.getByRole('button', { name: 'Add folder…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('checkbox', { name: 'photos' }).check()
  await dialog.getByRole('button', { name: /^Choose/ }).click()
}

/** The value that a share `q` of the values do not exceed. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN
}

/** Evaluates in the main thread of a served app that was started with --inspect. */
export class Inspector {
  private constructor(private readonly socket: WebSocket) {}
  private nextId = 1

  static async attach(app: ServedApp): Promise<Inspector> {
    const [url] = /ws:\/\/\S+/.exec(app.stderr()) ?? []
    if (!url) throw new Error('The served app listens to no inspector.')
    const socket = new WebSocket(url)
    await once(socket, 'open')
    return new Inspector(socket)
  }

  async evaluate(expression: string): Promise<unknown> {
    const id = this.nextId++
    const answer = new Promise<{ result: { result: { value: unknown }; exceptionDetails?: unknown } }>(
      (resolve) =>
        this.socket.on('message', (data) => {
          const message = JSON.parse(String(data)) as { id?: number }
          if (message.id === id) resolve(message as never)
        }),
    )
    const params = { expression, returnByValue: true, awaitPromise: true }
    this.socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }))
    const { result } = await answer
    if (result.exceptionDetails) throw new Error(JSON.stringify(result.exceptionDetails))
    return result.result.value
  }

  close(): void {
    this.socket.close()
  }
}

/** 99th percentile of how late timers fire in the app's main thread while `work` runs, in ms. */
export async function eventLoopDelayP99(inspector: Inspector, work: () => Promise<void>): Promise<number> {
  await inspector.evaluate(
    `globalThis.delays = process.getBuiltinModule('perf_hooks').monitorEventLoopDelay({ resolution: 5 }); delays.enable()`,
  )
  await work()
  const nanoseconds = await inspector.evaluate('delays.disable(); delays.percentile(99)')
  // What is measured is the whole interval between two of its timers.
  return Number(nanoseconds) / 1e6 - 5
}

/** Times between the page's frames while `work` runs, in ms. */
export async function frameTimes(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const measured = { times: [] as number[], stopped: false }
    Object.assign(globalThis, { measured })
    let last = performance.now()
    const frame = (now: number) => {
      measured.times.push(now - last)
      last = now
      if (!measured.stopped) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
  await work()
  return page.evaluate(() => {
    const { measured } = globalThis as unknown as { measured: { times: number[]; stopped: boolean } }
    measured.stopped = true
    return measured.times.slice(1)
  })
}

/** Bytes of the page after a collection: its JavaScript heap and what lies outside it, such as typed arrays. */
export async function pageBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number
    backingStorageSize?: number
  }
  return usedSize + backingStorageSize
}
