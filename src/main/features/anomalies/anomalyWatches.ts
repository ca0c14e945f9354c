import { basename, relative, sep } from 'node:path'
import type { ScoredImage } from '../../../shared/anomalies'
import type { ParsedParams } from '../../../shared/api/commands'
import type { AnomalyPictures, NoticedImage } from '../../../shared/api/anomalies'
import type { Begun } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { inBackground } from '../../../shared/inBackground'
import { appendNoticed, readNoticed } from '../../store/anomalyStore'
import type { EventBus } from '../../base/eventBus'
import type { JobService } from '../../base/jobService'
import type { Log } from '../../base/log'
import type { Fence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { picturesOf } from './anomalyPictures'
import type { AnomalyService } from './anomalyService'
import { thresholdOf } from './loadedSearch'
import { watchAnomalies } from './watchAnomalies'

export interface WatchDependencies {
  readonly searches: AnomalyService
  readonly events: EventBus
  readonly jobs: JobService
  readonly log: Log
  readonly places: PlaceRegistry
  readonly fence: Fence
}

interface Watching {
  /** Of the folder. */
  readonly name: string
  readonly folder: string
  readonly abort: AbortController
  /** Settles when nothing is looked at any more. */
  ended: Promise<void>
  scored: number
  odd: number
}

/** Paths of images that were noticed, so that they can be looked at. */
const keptPaths = 1000

/** Folders whose new images are scored as they come, one a search. It ends with the app. */
export class AnomalyWatches {
  private readonly watching = new Map<string, Watching>()
  /** By search and number. */
  private readonly paths = new Map<string, string>()

  constructor(private readonly deps: WatchDependencies) {}

  /** Opens the model of the search first. Gives the job that does, and then begins. */
  async watch({ id, folder: place }: ParsedParams<'anomalies.watch'>): Promise<Begun> {
    const { searches, jobs, places, fence } = this.deps
    const folder = places.resolve(place)
    fence.check(folder)
    await searches.named(id)
    if (this.watching.has(id))
      throw new ExpectedError('bad-input', 'A folder is being watched already. Stop that first.')
    searches.detectors.hold(id)
    const { id: job } = jobs.start({
      ...{ kind: 'anomalies', subject: searches.summary(id)!.name },
      work: async (_, signal) => {
        try {
          await this.opened(id, signal)
          await this.begin(id, folder)
        } catch (error) {
          searches.detectors.release(id)
          throw error
        }
      },
    })
    return { job }
  }

  async unwatch(id: string): Promise<void> {
    const entry = this.watching.get(id)
    this.watching.delete(id)
    this.deps.searches.detectors.release(id)
    this.deps.searches.setWatch(id, null)
    entry?.abort.abort()
    await entry?.ended
    if (entry) this.deps.log.info(`The folder ${entry.name} is not watched any more.`)
  }

  /** The latest ones, the newest first. */
  async noticed({ id, most }: ParsedParams<'anomalies.noticed'>): Promise<NoticedImage[]> {
    const all = await readNoticed(await this.deps.searches.folderOf(id))
    return all.slice(-most).reverse()
  }

  async view({ id, number }: ParsedParams<'anomalies.viewNoticed'>): Promise<AnomalyPictures> {
    const path = this.paths.get(`${id} ${number}`)
    if (path === undefined)
      throw new ExpectedError('not-found', 'It came before Hourglass was started, and cannot be shown here.')
    this.deps.fence.check(path)
    return picturesOf([await this.deps.searches.detectors.expect(id).viewFile(path)])
  }

  async close(): Promise<void> {
    for (const id of [...this.watching.keys()]) await this.unwatch(id)
  }

  private async opened(id: string, signal: AbortSignal): Promise<void> {
    const { jobs, events, searches } = this.deps
    const begun = await searches.ensureOpen(id)
    if (!begun) return
    const cancel = () => jobs.cancel(begun.job)
    signal.addEventListener('abort', cancel, { once: true })
    await new Promise<void>((resolve) => {
      const isOver = () => {
        const job = jobs.listing().items.find((item) => item.id === begun.job)
        return !job || (job.state !== 'running' && job.state !== 'waiting')
      }
      if (isOver()) return resolve()
      const stop = events.on('jobs.changed', () => {
        if (!isOver()) return
        stop()
        resolve()
      })
    })
    signal.throwIfAborted()
    searches.detectors.expect(id)
  }

  private async begin(id: string, folder: string): Promise<void> {
    const { log, searches, fence } = this.deps
    let number = (await readNoticed(await searches.folderOf(id))).at(-1)?.number ?? 0
    const abort = new AbortController()
    const entry: Watching = {
      name: basename(folder),
      folder,
      abort,
      ended: Promise.resolve(),
      scored: 0,
      odd: 0,
    }
    const score = async (path: string) => {
      fence.check(path)
      return searches.detectors.expect(id).score(path)
    }
    const scores = { score: 0, percentile: 0 }
    await new Promise<void>((onReady, onFailed) => {
      entry.ended = watchAnomalies(
        [folder],
        { score },
        {
          ...{ signal: abort.signal, onReady },
          onImage: (image) => inBackground(this.notice(id, ++number, image.path, image, null)),
          onSkipped: (path, reason) => inBackground(this.notice(id, ++number, path, scores, reason)),
        },
      )
      entry.ended.catch(onFailed)
    })
    this.watching.set(id, entry)
    searches.setWatch(id, { name: entry.name, scored: 0, odd: 0 })
    log.info(`New images in ${folder} are scored by “${searches.summary(id)?.name ?? id}”.`)
  }

  private async notice(
    id: string,
    number: number,
    path: string,
    { score, percentile }: Pick<ScoredImage, 'score' | 'percentile'>,
    problem: string | null,
  ): Promise<void> {
    const { searches } = this.deps
    const entry = this.watching.get(id)
    if (!entry) return
    const { record } = await searches.named(id)
    const odd = problem === null && score > thresholdOf(record)
    const name = relative(entry.folder, path).split(sep).join('/')
    const at = new Date().toISOString()
    const image = { number, at, path: name, folder: entry.name, score, percentile, odd, problem }
    this.paths.set(`${id} ${number}`, path)
    for (const old of [...this.paths.keys()].slice(0, -keptPaths)) this.paths.delete(old)
    entry.scored++
    if (odd) entry.odd++
    await appendNoticed(await searches.folderOf(id), image)
    this.tell(id, image)
    searches.setWatch(id, { name: entry.name, scored: entry.scored, odd: entry.odd })
  }

  private tell(search: string, image: NoticedImage): void {
    const { log, events } = this.deps
    const { path, percentile, odd, problem } = image
    if (problem !== null) log.warn(`${path} could not be scored: ${problem}`)
    else
      log.info(
        `${path} is ${odd ? 'odd' : 'not odd'}: stranger than ${percentile.toFixed(1)} % of normal images.`,
      )
    events.emit('anomalies.noticed', { search, image })
  }
}
