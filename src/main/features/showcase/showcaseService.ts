import type { Handlers } from '../../../shared/api/commands'
import type { Showcase, ShowcaseEnd } from '../../../shared/api/showcase'
import { CancelledError } from '../../../shared/errors'
import { inBackground } from '../../../shared/inBackground'
import type { ComputeClient } from '../../worker/computeClient'
import type { ShowcaseState } from './tasks/showcaseTasks'
import type { DatasetService } from '../datasets/datasetService'
import type { EventBus } from '../../base/eventBus'
import type { JobService } from '../../base/jobService'
import type { Log } from '../../base/log'
import type { ModelService } from '../models/modelService'
import {
  readShowcase,
  type ShowcaseContent,
  showcaseFolder,
  showcaseName,
  showcaseSample,
} from './showcaseFiles'

export interface ShowcaseDependencies {
  readonly events: EventBus
  readonly jobs: JobService
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly log: Log
  /** The one in which models are tried: what learns here steps aside for everything else. */
  readonly client: ComputeClient
  readonly isTraining: () => boolean
}

/** Where it learns: there is nothing to load but what is there in any case, and no GPU is taken from anybody. */
const target = { runtime: 'onnx', device: 'cpu' } as const
const forMs = 20_000
const everyMs = 100

/** What learns on the start screen, one at a time, for all windows. */
export class ShowcaseService {
  private content: Promise<ShowcaseContent> | null = null
  private running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null
  private paused: ShowcaseState | null = null
  /** Who looks on. One that is lost without leaving counts until it is over, in 20 seconds at most. */
  private readonly viewers = new Set<string>()
  private opening: Promise<{ dataset: string; model: string }> | null = null

  constructor(private readonly deps: ShowcaseDependencies) {
    const { events } = deps
    // What a person has begun needs the cores, and perhaps the very worker.
    const giveWay = () => this.running && this.isSomethingReal() && inBackground(this.stop(false))
    for (const event of ['runs.changed', 'jobs.changed'] as const) events.on(event, giveWay)
    events.on('denoise.changed', ({ changed }) => changed.length > 0 && inBackground(this.stop(false)))
  }

  async get(): Promise<Showcase> {
    return (await this.read()).showcase
  }

  /** Begins unless something real is under way. One that runs already goes on, also for this window. */
  async start(viewer: string): Promise<{ started: boolean }> {
    const { showcase, spec } = await this.read()
    if (this.running?.abort.signal.aborted) await this.running.ended
    if (this.isSomethingReal()) return { started: false }
    this.viewers.add(viewer)
    if (!this.running) {
      const abort = new AbortController()
      const from = this.paused
      this.paused = null
      const params = {
        ...target,
        spec,
        pixels: showcase.images.data,
        shown: Uint32Array.from(showcase.shown),
      }
      const learning = this.deps.client.call(
        'learnShowcase',
        { ...params, forMs, everyMs, from },
        {
          signal: abort.signal,
          onEvent: (progress) => {
            if (!abort.signal.aborted) this.deps.events.emit('showcase.progressed', progress)
          },
        },
      )
      this.running = { abort, ended: this.end(learning, abort.signal) }
    }
    return { started: true }
  }

  /** For all who look on; the next start goes on from here. */
  async pause(): Promise<void> {
    await this.stop(true)
  }

  /** One looks on no more. @param keep whether the next start goes on from here, where it was the last one */
  async leave(viewer: string, keep: boolean): Promise<void> {
    this.viewers.delete(viewer)
    if (this.viewers.size === 0) await this.stop(keep)
  }

  private async stop(keep: boolean): Promise<void> {
    if (!keep) this.paused = null
    this.running?.abort.abort(keep ? 'pause' : 'stop')
    await this.running?.ended
  }

  /** Makes the dataset and the model, unless they are in the library already. */
  async open(): Promise<{ dataset: string; model: string }> {
    await this.stop(false)
    this.opening ??= this.makeOpened().finally(() => (this.opening = null))
    return this.opening
  }

  async close(): Promise<void> {
    await this.stop(false)
  }

  private async makeOpened(): Promise<{ dataset: string; model: string }> {
    const { datasets, models } = this.deps
    const isOurs = (item: { name: string }) => item.name === showcaseName
    const known = datasets.listing().items.find((item) => isOurs(item) && item.state === 'ready')
    const dataset = known?.id ?? (await datasets.importLetters(showcaseName, showcaseSample)).id
    const kept = models.listing().items.find((item) => isOurs(item) && item.kind === 'saved')
    const model = kept?.id ?? (await models.adopt(showcaseFolder(), showcaseName)).id
    return { dataset, model }
  }

  private async end(
    learning: Promise<ShowcaseState & { isDone: boolean }>,
    signal: AbortSignal,
  ): Promise<void> {
    let how: ShowcaseEnd['how'] = 'stopped'
    try {
      const { isDone, ...state } = await learning
      if (isDone) how = 'done'
      else if (signal.reason === 'pause') how = 'paused'
      if (how === 'paused') this.paused = state
    } catch (error) {
      if (!(error instanceof CancelledError) && !signal.aborted)
        this.deps.log.error('What learns on the start screen has failed.', error)
    } finally {
      this.running = null
      if (how !== 'paused') this.viewers.clear()
      this.deps.events.emit('showcase.ended', { how })
    }
  }

  private isSomethingReal(): boolean {
    const jobs = this.deps.jobs.listing().items
    return this.deps.isTraining() || jobs.some(({ state }) => state === 'running' || state === 'waiting')
  }

  private read(): Promise<ShowcaseContent> {
    this.content ??= readShowcase(showcaseFolder())
    this.content.catch(() => (this.content = null))
    return this.content
  }
}

type ShowcaseCommand =
  'showcase.get' | 'showcase.start' | 'showcase.pause' | 'showcase.leave' | 'showcase.open'

export function showcaseHandlers(showcase: ShowcaseService): Pick<Handlers, ShowcaseCommand> {
  return {
    'showcase.get': () => showcase.get(),
    'showcase.start': ({ viewer }) => showcase.start(viewer),
    'showcase.pause': async () => {
      await showcase.pause()
      return null
    },
    'showcase.leave': async ({ viewer, keep }) => {
      await showcase.leave(viewer, keep)
      return null
    },
    'showcase.open': () => showcase.open(),
  }
}
