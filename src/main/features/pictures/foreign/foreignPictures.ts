import { Worker } from 'node:worker_threads'
import { decodeWorkerEntry } from '../../../store/builtFiles'
import type { ForeignFormat, ForeignReply, ForeignRequest, ForeignTask, ForeignTasks } from './messages'
import { inBackground } from '../../../../shared/inBackground'

/** The thread ends when nothing was asked of it for so long: the libraries in it keep the memory that they once took. */
const idleMs = 10_000

interface Pending {
  readonly resolve: (result: ForeignTasks[ForeignTask]) => void
  readonly reject: (error: Error) => void
}

/**
 * Pictures that libraries in WebAssembly decode: in a thread of their own, since each takes seconds, and one at a time, since
 * each takes some 20 bytes a pixel meanwhile.
 */
class ForeignPictures {
  private worker: Worker | null = null
  private readonly pending = new Map<number, Pending>()
  private idle: NodeJS.Timeout | undefined
  private nextId = 0
  private last: Promise<unknown> = Promise.resolve()

  /** @throws Error with a few words on what is wrong with the file */
  async ask<T extends ForeignTask>(format: ForeignFormat, task: T, path: string): Promise<ForeignTasks[T]> {
    const asked = this.last.then(() => this.send({ id: this.nextId++, format, task, path }))
    this.last = asked.catch(() => undefined)
    return (await asked) as ForeignTasks[T]
  }

  private send(request: ForeignRequest): Promise<ForeignTasks[ForeignTask]> {
    clearTimeout(this.idle)
    const worker = (this.worker ??= this.start())
    worker.ref()
    return new Promise((resolve, reject) => {
      this.pending.set(request.id, { resolve, reject })
      worker.postMessage(request)
    })
  }

  private start(): Worker {
    const worker = new Worker(decodeWorkerEntry(), { name: 'decode', execArgv: [] })
    let failure: Error | null = null
    worker.on('message', (reply: ForeignReply) => this.receive(reply))
    worker.on('error', (error) => (failure = error as Error))
    worker.on('exit', () => {
      // It was told to end.
      if (this.worker !== worker) return
      this.worker = null
      const error = new Error(failure?.message ?? 'the thread that decodes it has ended')
      for (const { reject } of this.pending.values()) reject(error)
      this.pending.clear()
    })
    return worker
  }

  private receive(reply: ForeignReply): void {
    const pending = this.pending.get(reply.id)
    this.pending.delete(reply.id)
    if ('error' in reply) pending?.reject(new Error(reply.error))
    else pending?.resolve(reply.result)
    if (this.pending.size > 0) return
    // It keeps no process from ending.
    this.worker?.unref()
    this.idle = setTimeout(() => this.end(), idleMs).unref()
  }

  /** Gives the memory back. */
  end(): void {
    const { worker } = this
    this.worker = null
    inBackground(worker?.terminate())
  }
}

export const foreignPictures = new ForeignPictures()
