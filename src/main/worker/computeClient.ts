import { SHARE_ENV, Worker } from 'node:worker_threads'
import { CancelledError, fromErrorMessage } from '../../shared/errors'
import { inBackground } from '../../shared/inBackground'
import type { ComputeTasks } from '../computeTasks'
import type { WorkerData } from './nativeCalls'
import { controls, type ReplyMessage, type RequestMessage, sharedWords } from './protocol'

export type { ComputeTasks }
export type TaskName = keyof ComputeTasks

export interface CallOptions<T extends TaskName> {
  /** A task that sends much waits for it, and for the promise it may return. Events are handed on as they come. */
  readonly onEvent?: (event: ComputeTasks[T]['event']) => void | Promise<void>
  /** Aborting asks the task to end between batches; a `pause` reason pauses a training instead of stopping it. */
  readonly signal?: AbortSignal
  /** Buffers among the parameters that move to the worker instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[]
}

interface Pending {
  readonly worker: Worker
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
  readonly settled: Promise<unknown>
  readonly onEvent?: (event: never) => void | Promise<void>
  readonly words: Int32Array
  /** The task has seen that it is to end. */
  ending: boolean
  /** It has not, and its worker was terminated for it. */
  brokenOff: boolean
}

/**
 * A task that does not notice within this time that it is to end has hung, and its worker is terminated; unless it is in a
 * call of a runtime, which comes back.
 */
const patienceMs = 5_000
/** The same where the client is closed: the process may end with the worker. */
const longestPatienceMs = 60_000

/**
 * The compute worker as typed calls. The worker starts with the first call and again after its death; whatever was
 * pending when it died is rejected with the reason.
 */
export class ComputeClient {
  private worker: Worker | null = null
  /** In the order in which the worker takes them. */
  private readonly pending = new Map<number, Pending>()
  private readonly nativeCalls = new WeakMap<Worker, Int32Array>()
  private nextId = 1
  private closings = 0

  /**
   * @param entry the built computeWorker.js
   * @param silent whether what libraries print to stderr is kept from the person
   */
  constructor(
    private readonly entry: URL,
    private readonly options: { readonly silent?: boolean } = {},
  ) {}

  async call<T extends TaskName>(
    task: T,
    params: ComputeTasks[T]['params'],
    { onEvent, signal, transfer = [] }: CallOptions<T> = {},
  ): Promise<ComputeTasks[T]['result']> {
    const ending = this.untilEnded()
    if (ending) await ending
    const id = this.nextId++
    const control = new SharedArrayBuffer(8)
    const words = new Int32Array(control)
    const end = () => {
      Atomics.store(words, sharedWords.request, signal?.reason === 'pause' ? controls.pause : controls.stop)
      this.watchEnding(id)
    }
    let settle!: Pick<Pending, 'resolve' | 'reject'>
    const settled = new Promise<ComputeTasks[T]['result']>(
      (resolve, reject) => (settle = { resolve, reject }),
    )
    const worker = this.started()
    const message: RequestMessage = { id, task, params, control }
    worker.postMessage(message, [...transfer])
    const heard = onEvent as Pending['onEvent']
    const state = { ending: false, brokenOff: false }
    this.pending.set(id, { worker, ...settle, settled, onEvent: heard, words, ...state })
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
    return settled.finally(() => signal?.removeEventListener('abort', end))
  }

  /**
   * Asks all tasks to end, waits until they have, and ends the worker. A thread that is terminated within a call of ONNX
   * Runtime takes the whole process with it (an uncaught Napi::Error), so such a call is waited for.
   */
  async dispose(): Promise<void> {
    this.closings++
    const { worker } = this
    if (!worker) return
    this.worker = null
    const own = [...this.pending.values()].filter((pending) => pending.worker === worker)
    for (const { words } of own) Atomics.store(words, sharedWords.request, controls.stop)
    const ended = Promise.allSettled(own.map(({ settled }) => settled))
    const patience = () => new Promise((resolve) => setTimeout(resolve, patienceMs).unref())
    for (let waited = 0; waited < longestPatienceMs; waited += patienceMs) {
      await Promise.race([ended, patience()])
      if (!this.isInRuntime(worker)) break
    }
    this.rejectAll(worker, new Error('The compute worker was closed.'))
    await worker.terminate()
  }

  /**
   * Waits for tasks that were asked to end. One that does not notice takes its worker with it, and whatever was sent to that;
   * what comes after it is for the next worker. Null where there is none. Rejects where the client is disposed of meanwhile.
   */
  private untilEnded(): Promise<void> | null {
    const isAsked = ({ words, worker }: Pending) =>
      worker === this.worker && Atomics.load(words, sharedWords.request) !== controls.continue
    const ending = [...this.pending.values()].filter(isAsked)
    if (ending.length === 0) return null
    const { closings } = this
    return Promise.allSettled(ending.map(({ settled }) => settled)).then(() => {
      if (closings !== this.closings) throw new Error('The compute worker was closed.')
    })
  }

  private started(): Worker {
    if (this.worker) return this.worker
    // TensorFlow takes its options from the environment of the process; those of Node.js are the process's own.
    const nativeCalls = new SharedArrayBuffer(4)
    const workerData: WorkerData = { nativeCalls }
    const worker = new Worker(this.entry, {
      workerData,
      env: SHARE_ENV,
      name: 'compute',
      execArgv: [],
      stderr: this.options.silent ?? false,
    })
    this.nativeCalls.set(worker, new Int32Array(nativeCalls))
    let failure: Error | null = null
    worker.on('message', (message: ReplyMessage) => this.receive(message))
    worker.on('error', (error) => (failure = error))
    worker.on('exit', (code) => {
      if (this.worker === worker) this.worker = null
      const why = failure?.message ?? `it ended with code ${code}`
      this.rejectAll(worker, new Error(`The compute worker has died: ${why}.`, { cause: failure }))
    })
    return (this.worker = worker)
  }

  private receive(message: ReplyMessage): void {
    const pending = this.pending.get(message.id)
    if (!pending) return
    if (message.kind === 'event') return inBackground(hear(pending, message.event))
    if (message.kind === 'ending') {
      pending.ending = true
      return
    }
    this.pending.delete(message.id)
    if (message.kind === 'result') pending.resolve(message.result as never)
    else pending.reject(fromErrorMessage(message.error))
  }

  /** A task that waits for another has not begun, and need not notice anything yet. */
  private watchEnding(id: number): void {
    const isRunning = () => this.pending.keys().next().value === id
    const wasRunning = isRunning()
    const look = () => {
      const pending = this.pending.get(id)
      if (!pending || pending.ending) return
      if (!wasRunning || !isRunning() || this.isInRuntime(pending.worker)) return this.watchEnding(id)
      pending.brokenOff = true
      if (this.worker === pending.worker) this.worker = null
      inBackground(pending.worker.terminate())
    }
    setTimeout(look, patienceMs).unref()
  }

  private isInRuntime(worker: Worker): boolean {
    const calls = this.nativeCalls.get(worker)
    return calls !== undefined && Atomics.load(calls, 0) > 0
  }

  private rejectAll(worker: Worker, reason: Error): void {
    for (const [id, pending] of [...this.pending]) {
      if (pending.worker !== worker) continue
      this.pending.delete(id)
      pending.reject(
        pending.brokenOff
          ? new CancelledError('The work did not stop when it was asked to, and was broken off.')
          : reason,
      )
    }
  }
}

/** Tells the task when its event is handled. What the handler throws ends the call, and is what it ends with. */
async function hear({ onEvent, words, reject }: Pending, event: unknown): Promise<void> {
  try {
    await onEvent?.(event as never)
  } catch (error) {
    reject(error as Error)
    Atomics.store(words, sharedWords.request, controls.stop)
  }
  Atomics.add(words, sharedWords.handled, 1)
  Atomics.notify(words, sharedWords.handled)
}
