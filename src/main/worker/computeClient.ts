import { SHARE_ENV, Worker } from 'node:worker_threads'
import { fromErrorMessage } from '../../shared/errors'
import {
  type ComputeTasks,
  controls,
  type ReplyMessage,
  type RequestMessage,
  sharedWords,
  type TaskName,
} from './protocol'

export interface CallOptions<T extends TaskName> {
  /** A task that sends much waits for it, and for the promise it may return. Events are handed on as they come. */
  readonly onEvent?: (event: ComputeTasks[T]['event']) => void | Promise<void>
  /** Aborting asks the task to end between batches; a `pause` reason pauses a training instead of stopping it. */
  readonly signal?: AbortSignal
}

interface Pending {
  readonly task: TaskName
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
  readonly onEvent?: (event: never) => void | Promise<void>
  readonly words: Int32Array
  ended: boolean
}

/** A task that does not notice within this time that it is to end has hung: its worker is terminated. */
const patienceMs = 5_000

/**
 * The compute worker as typed calls. The worker starts with the first call and again after its death; whatever was
 * pending when it died is rejected with the reason.
 */
export class ComputeClient {
  private worker: Worker | null = null
  private readonly pending = new Map<number, Pending>()
  private nextId = 1

  /** @param entry the built computeWorker.js */
  constructor(private readonly entry: URL) {}

  call<T extends TaskName>(
    task: T,
    params: ComputeTasks[T]['params'],
    { onEvent, signal }: CallOptions<T> = {},
  ): Promise<ComputeTasks[T]['result']> {
    const id = this.nextId++
    const control = new SharedArrayBuffer(8)
    const words = new Int32Array(control)
    const end = () => {
      Atomics.store(words, sharedWords.request, signal?.reason === 'pause' ? controls.pause : controls.stop)
      setTimeout(() => this.terminateUnlessEnding(id), patienceMs).unref()
    }
    const settled = new Promise<ComputeTasks[T]['result']>((resolve, reject) => {
      const heard = onEvent as Pending['onEvent']
      this.pending.set(id, { task, resolve, reject, onEvent: heard, words, ended: false })
      const message: RequestMessage = { id, task, params, control }
      this.started().postMessage(message)
    })
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
    return settled.finally(() => signal?.removeEventListener('abort', end))
  }

  /** Ends the worker, whatever it does. */
  async dispose(): Promise<void> {
    const worker = this.worker
    this.worker = null
    await worker?.terminate()
    this.rejectAll(new Error('The compute worker was closed.'))
  }

  private started(): Worker {
    if (this.worker) return this.worker
    // TensorFlow takes its options from the environment of the process.
    const worker = new Worker(this.entry, { env: SHARE_ENV, name: 'compute' })
    let failure: Error | null = null
    worker.on('message', (message: ReplyMessage) => this.receive(message))
    worker.on('error', (error) => (failure = error))
    worker.on('exit', (code) => {
      if (this.worker === worker) this.worker = null
      const why = failure?.message ?? `it ended with code ${code}`
      this.rejectAll(new Error(`The compute worker has died: ${why}.`, { cause: failure }))
    })
    return (this.worker = worker)
  }

  private receive(message: ReplyMessage): void {
    const pending = this.pending.get(message.id)
    if (!pending) return
    if (message.kind === 'event') return void handle(pending, message.event)
    if (message.kind === 'ending') {
      pending.ended = true
      return
    }
    this.pending.delete(message.id)
    if (message.kind === 'result') pending.resolve(message.result as never)
    else pending.reject(fromErrorMessage(message.error))
  }

  private terminateUnlessEnding(id: number): void {
    const pending = this.pending.get(id)
    if (pending && !pending.ended) void this.worker?.terminate()
  }

  private rejectAll(reason: Error): void {
    const pending = [...this.pending.values()]
    this.pending.clear()
    for (const { reject } of pending) reject(reason)
  }
}

/** Tells the task when its event is handled. What the handler throws is a bug, and ends as one. */
async function handle({ onEvent, words }: Pending, event: unknown): Promise<void> {
  await onEvent?.(event as never)
  Atomics.add(words, sharedWords.handled, 1)
  Atomics.notify(words, sharedWords.handled)
}
