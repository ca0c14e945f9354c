import type { QueueMove } from '../../../shared/api/training'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { RunInfo } from '../../../shared/run'
import { writeAbout } from '../../store/aboutStore'
import { readRunInfo, writeRunInfo } from '../../store/runStore'
import type { EventBus } from '../../base/eventBus'
import type { Library } from '../../base/library'
import type { Log } from '../../base/log'
import type { RunService } from './runService'
import type { DatasetImports, EndedImport } from './datasetImports'
import { RunQueue, type WaitingRun } from './runQueue'
import { failInQueue, moveInQueue, putIntoQueue, takeOutOfQueue } from './waitingRuns'

export interface KeeperDependencies {
  readonly library: Library
  readonly runs: RunService
  readonly events: EventBus
  readonly imports: DatasetImports
  readonly log: Log
}

/**
 * The queue in memory and in the files of its runs, changed one step after the other. It hears of imports that end, and
 * of runs that go, whoever deletes them; `onChange` is called then.
 */
export class QueueKeeper {
  private readonly queue = new RunQueue()
  private turn: Promise<unknown> = Promise.resolve()
  private readonly stops: (() => void)[] = []

  constructor(
    private readonly deps: KeeperDependencies,
    private readonly onChange: () => void,
  ) {}

  get runs(): readonly WaitingRun[] {
    return this.queue.runs
  }

  has = (id: string): boolean => this.queue.find(id) !== undefined

  /** Finds the runs that waited when the app was closed. */
  async open(): Promise<void> {
    const { runs, events, imports, log } = this.deps
    for (const { id, state } of runs.listing().items) {
      if (state !== 'waiting') continue
      try {
        const info = await readRunInfo(await runs.folderOf(id))
        if (info.waiting) this.queue.put(await this.waitingRun(id, info))
      } catch (error) {
        log.error(`${id} could not be put back into the queue.`, error)
      }
    }
    this.stops.push(
      imports.onEnded((ended) => this.alone('An import that ended', () => this.importEnded(ended))),
      events.on('runs.changed', ({ changed, removed }) => {
        const others = changed.filter(({ state }) => state !== 'waiting').map(({ id }) => id)
        for (const id of [...removed, ...others]) if (this.has(id)) this.alone(id, () => this.look(id))
      }),
    )
  }

  /** Hears of nothing any more, and waits until what is being written is. */
  async close(): Promise<void> {
    for (const stop of this.stops) stop()
    await this.turn
  }

  /** One step after the other: what a step finds in a file is so until it has written. */
  inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = this.turn.then(work)
    // A failure is for whoever asked; the next step is not concerned.
    this.turn = next.catch(() => undefined)
    return next
  }

  /** The first run whose images are there; it is in the queue no more. */
  takeNext(): WaitingRun | undefined {
    const isReady = ({ dataset }: WaitingRun) => dataset === null || !this.deps.imports.isUnderWay(dataset)
    const next = this.queue.runs.find(isReady)
    if (next) this.queue.take(next.id)
    return next
  }

  /** A new run. Where its folder cannot be filled, nothing is left of it. @returns its id */
  add(info: (place: number) => RunInfo, name: string, isFirst: boolean): Promise<string> {
    const { library, runs } = this.deps
    return this.inTurn(async () => {
      const { id, folder } = await library.create('runs', name)
      try {
        const waiting = info(this.placeOf(isFirst))
        // Its name comes second: a folder with a run.json is a run, whatever else is missing.
        await writeRunInfo(folder, waiting)
        await writeAbout(folder, { name })
        this.queue.put(await this.waitingRun(id, waiting))
      } catch (error) {
        await library.remove('runs', id).catch(() => undefined) // What went wrong first is the one to tell.
        await runs.refresh(id)
        throw error
      }
      return id
    })
  }

  /** A run that has trained. @throws ExpectedError where it cannot be resumed; it is as it was then */
  putBack(id: string, epochs: number | undefined, isFirst: boolean): Promise<void> {
    return this.inTurn(async () => {
      if (this.has(id)) return
      const folder = await this.deps.runs.folderOf(id)
      const info = await putIntoQueue(folder, this.placeOf(isFirst), epochs)
      this.queue.put(await this.waitingRun(id, info))
    })
  }

  /** @throws ExpectedError where it does not wait */
  move(id: string, to: QueueMove): Promise<void> {
    return this.inTurn(async () => {
      const run = this.waits(id)
      const place = this.queue.placeAfter(id, to)
      if (place === run.place) return
      await moveInQueue(await this.deps.runs.folderOf(id), place)
      // It may have begun meanwhile.
      if (this.has(id)) this.queue.put({ ...run, place })
    })
  }

  /** @throws ExpectedError where it does not wait */
  takeOut(id: string): Promise<void> {
    return this.inTurn(async () => {
      const run = this.waits(id)
      this.queue.take(id)
      try {
        await takeOutOfQueue(await this.deps.runs.folderOf(id))
      } catch (error) {
        this.queue.put(run)
        throw error
      }
      await this.deps.runs.refresh(id)
    })
  }

  private waits(id: string): WaitingRun {
    const run = this.queue.find(id)
    if (!run) throw new ExpectedError('bad-input', sentence('training.runDoesNotWait'))
    return run
  }

  private placeOf = (isFirst: boolean) => (isFirst ? this.queue.placeInFront() : this.queue.placeAtEnd())

  private async waitingRun(id: string, { dataset, config, waiting }: RunInfo): Promise<WaitingRun> {
    return {
      id,
      place: waiting!.place,
      dataset: await this.deps.library.idOf('datasets', dataset),
      schedule: config.schedule.name,
      epochs: waiting!.epochs ?? config.epochs,
      isNew: waiting!.before === 'created',
    }
  }

  /** A step that nobody waits for. */
  private alone(what: string, work: () => Promise<void>): void {
    this.inTurn(work).then(this.onChange, (error: unknown) =>
      this.deps.log.error(`${what}: the queue could not be brought up to date.`, error),
    )
  }

  /** Something was said of a run that waits. Its file has the last word. */
  private async look(id: string): Promise<void> {
    const folder = await this.deps.runs.folderOf(id).catch(() => null)
    const info = folder === null ? null : await readRunInfo(folder).catch(() => null)
    if (info?.state !== 'waiting') this.queue.take(id)
  }

  private async importEnded({ dataset, failure }: EndedImport): Promise<void> {
    if (failure === null) return
    const { runs } = this.deps
    for (const { id, isNew } of this.queue.runs.filter((run) => run.dataset === dataset)) {
      this.queue.take(id)
      if (failure === 'cancelled' && isNew) await runs.remove(id)
      else {
        const sentence =
          failure === 'cancelled' ? 'The import of its images was cancelled.' : failure.sentence
        await failInQueue(await runs.folderOf(id), sentence)
        await runs.say(id, 'error', sentence)
        await runs.refresh(id)
      }
    }
  }
}
