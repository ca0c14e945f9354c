import { randomUUID } from 'node:crypto'
import type { Handlers } from '../../shared/api/commands'
import type { Job, JobKind } from '../../shared/api/jobs'
import { CancelledError, ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import type { EventBus } from './eventBus'
import type { Log } from './log'
import { RevisedList } from './revisedList'

export interface JobProgress {
  readonly phase?: string
  readonly done: number
  /** 0 while it is not known. */
  readonly total: number
}

export interface JobRequest {
  readonly kind: JobKind
  readonly subject: string
  readonly datasetId?: string
  /** Jobs of one queue run one after the other. */
  readonly queue?: string
  readonly work: (report: (progress: JobProgress) => void, signal: AbortSignal) => Promise<void>
}

const keptJobs = 20
const intervalMs = 100

/** Work that takes a while, other than training: its states are described with `Job`. */
export class JobService {
  private readonly list: RevisedList<Job>
  private readonly running = new Map<
    string,
    { readonly abort: AbortController; readonly ended: Promise<Job> }
  >()
  private readonly queues = new Map<string, Promise<unknown>>()
  private readonly ended: string[] = []

  constructor(
    events: EventBus,
    private readonly log: Log,
  ) {
    this.list = new RevisedList((changes) => events.emit('jobs.changed', changes))
  }

  listing = () => this.list.listing()

  /** Whether any job of these kinds waits or runs. */
  isBusy(...kinds: JobKind[]): boolean {
    return this.list
      .listing()
      .items.some(({ kind, state }) => kinds.includes(kind) && (state === 'running' || state === 'waiting'))
  }

  /** Resolves when none of these kinds waits or runs. */
  async idle(...kinds: JobKind[]): Promise<void> {
    while (this.isBusy(...kinds)) {
      const busy = [...this.running].filter(([id]) => kinds.includes(this.list.get(id)!.kind))
      await Promise.all(busy.map(([, { ended }]) => ended))
    }
  }

  /** Starts it. `ended` resolves when it is over, however it ended. */
  start(request: JobRequest): { readonly id: string; readonly ended: Promise<Job> } {
    const { kind, subject, datasetId = null, queue } = request
    const id = randomUUID()
    const abort = new AbortController()
    const progress = { phase: '', done: 0, total: 0, rate: null, timeLeftMs: null }
    this.list.set({ id, kind, subject, datasetId, state: 'waiting', ...progress, error: null })
    const before = queue === undefined ? Promise.resolve() : (this.queues.get(queue) ?? Promise.resolve())
    const ended = before.then(() => this.run(id, request, abort.signal))
    this.running.set(id, { abort, ended })
    if (queue !== undefined) this.queues.set(queue, ended)
    return { id, ended }
  }

  /** @throws ExpectedError when there is no such job */
  cancel(id: string): void {
    const job = this.list.get(id)
    if (!job) throw new ExpectedError('not-found', sentence('base.noSuchJobAny'))
    this.running.get(id)?.abort.abort()
  }

  /** Cancels all of them and waits until they have ended. */
  async close(): Promise<void> {
    const running = [...this.running.values()]
    for (const { abort } of running) abort.abort()
    await Promise.all(running.map(({ ended }) => ended))
  }

  private async run(id: string, { work }: JobRequest, signal: AbortSignal): Promise<Job> {
    const change = (changes: Partial<Job>) => this.list.set({ ...this.list.get(id)!, ...changes })
    const reporter = new ProgressReporter((progress) => change(progress))
    try {
      change({ state: 'running' })
      // Also one that was cancelled while it waited, so that it can clear away what it was to fill.
      await work((progress) => reporter.report(progress), signal)
      change({ state: 'done', ...reporter.last(), timeLeftMs: null })
    } catch (error) {
      const cancelled = error instanceof CancelledError || signal.aborted
      const expected = error instanceof ExpectedError
      if (!cancelled && !expected) this.log.error(`The job ${this.list.get(id)!.kind} failed.`, error)
      change({
        ...reporter.last(),
        state: cancelled ? 'cancelled' : 'failed',
        timeLeftMs: null,
        error: cancelled
          ? null
          : expected
            ? error.message
            : `Something went wrong: ${(error as Error).message}`,
      })
    } finally {
      this.running.delete(id)
      this.forgetOld(id)
    }
    return this.list.get(id)!
  }

  private forgetOld(id: string): void {
    this.ended.push(id)
    while (this.ended.length > keptJobs) this.list.remove(this.ended.shift()!)
  }
}

/** Adds rate and time left, and lets through at most ten reports a second. */
class ProgressReporter {
  private phase = ''
  private phaseStartedAt = performance.now()
  private toldAt = -Infinity
  private latest: Pick<Job, 'phase' | 'done' | 'total' | 'rate' | 'timeLeftMs'> | null = null

  constructor(private readonly tell: (progress: Partial<Job>) => void) {}

  report({ phase = '', done, total }: JobProgress): void {
    const now = performance.now()
    const isNewPhase = phase !== this.phase
    if (isNewPhase) Object.assign(this, { phase, phaseStartedAt: now })
    const elapsedMs = now - this.phaseStartedAt
    const rate = done > 0 && elapsedMs > 200 ? (1000 * done) / elapsedMs : null
    const timeLeftMs = rate !== null && total > 0 ? (1000 * Math.max(0, total - done)) / rate : null
    this.latest = { phase, done, total, rate, timeLeftMs }
    if (!isNewPhase && now - this.toldAt < intervalMs) return
    this.toldAt = now
    this.tell(this.latest)
  }

  last(): Partial<Job> {
    return this.latest ?? {}
  }
}

export function jobHandlers(jobs: JobService): Pick<Handlers, 'jobs.list' | 'jobs.cancel'> {
  return {
    'jobs.list': async () => jobs.listing(),
    'jobs.cancel': async ({ id }) => {
      jobs.cancel(id)
      return null
    },
  }
}
