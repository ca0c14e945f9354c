import { basename, join, relative, sep } from 'node:path'
import type { ScoredImage } from '../../../shared/anomalies'
import type { ParsedParams } from '../../../shared/api/commands'
import type { AnomalyPictures, AnomalyWatch, NoticedImage } from '../../../shared/api/anomalies'
import type { Begun } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { inBackground } from '../../../shared/inBackground'
import {
  appendNoticed,
  type NoticedRecord,
  readNoticed,
  readWatch,
  type WatchRecord,
  writeWatch,
} from '../../store/anomalyStore'
import type { EventBus } from '../../base/eventBus'
import type { JobService } from '../../base/jobService'
import type { Log } from '../../base/log'
import type { Fence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { picturesOf } from './anomalyPictures'
import type { AnomalyService } from './anomalyService'
import { thresholdOf } from './loadedSearch'
import { openedDetector } from './openedDetector'
import { imagesIn, watchAnomalies } from './watchAnomalies'

export interface WatchDependencies {
  readonly searches: AnomalyService
  readonly events: EventBus
  readonly jobs: JobService
  readonly log: Log
  readonly places: PlaceRegistry
  readonly fence: Fence
}

interface Watching {
  readonly record: WatchRecord
  readonly abort: AbortController
  /** Settles when nothing is looked at any more. */
  ended: Promise<void>
  state: AnomalyWatch['state']
  problem: string | null
  scored: number
  odd: number
  /** Of the image that was noticed last. */
  number: number
}

/**
 * Folders whose new images are scored as they come, one a search. A watch is remembered beside its search: it goes on when
 * the app is started again, with what came meanwhile.
 */
export class AnomalyWatches {
  private readonly watching = new Map<string, Watching>()

  constructor(private readonly deps: WatchDependencies) {}

  /** Opens the model of the search first. Gives the job that does, and then begins. */
  async watch({ id, folder: place }: ParsedParams<'anomalies.watch'>): Promise<Begun> {
    const { searches, places, fence } = this.deps
    const folder = places.resolve(place)
    fence.check(folder)
    await searches.named(id)
    if (this.watching.has(id)) throw new ExpectedError('bad-input', sentence('anomalies.watchingAlready'))
    const own = await searches.folderOf(id)
    const after = (await readNoticed(own)).at(-1)?.number ?? 0
    const record: WatchRecord = { version: 1, folder, names: await imagesIn(folder), after }
    await writeWatch(own, record)
    return this.start(id, record, [])
  }

  /** Begins again what was watched when the app ended. What fails says so, and can be stopped. */
  async resume(): Promise<void> {
    const { searches, log } = this.deps
    for (const { id, state } of searches.listing().items) {
      if (state !== 'ready' || this.watching.has(id)) continue
      try {
        const folder = await searches.folderOf(id)
        const record = await readWatch(folder)
        if (record) this.start(id, record, await readNoticed(folder))
      } catch (error) {
        log.warn(`The watched folder of the search ${id} is not known: ${(error as Error).message}`)
      }
    }
  }

  /** Ends it for good. */
  async unwatch(id: string): Promise<void> {
    const entry = this.watching.get(id)
    await this.end(id)
    if (!entry) return
    await writeWatch(await this.deps.searches.folderOf(id), null)
    this.deps.log.info(`The folder ${nameOf(entry)} is not watched any more.`)
  }

  /** The latest ones, the newest first. */
  async noticed({ id, most }: ParsedParams<'anomalies.noticed'>): Promise<NoticedImage[]> {
    const all = await readNoticed(await this.deps.searches.folderOf(id))
    return all.slice(-most).reverse()
  }

  async view({ id, number }: ParsedParams<'anomalies.viewNoticed'>): Promise<AnomalyPictures> {
    const { searches, fence } = this.deps
    const record = this.watching.get(id)?.record
    const all = record && number > record.after ? await readNoticed(await searches.folderOf(id)) : []
    const image = all.find((one) => one.number === number)
    if (!record || !image) throw new ExpectedError('not-found', sentence('anomalies.notWatchedAnyMore'))
    const path = join(record.folder, image.path)
    fence.check(path)
    return picturesOf([await searches.detectors.expect(id).viewFile(path)])
  }

  /** Until the next start. */
  async close(): Promise<void> {
    for (const id of [...this.watching.keys()]) await this.end(id)
  }

  private async end(id: string): Promise<void> {
    const entry = this.watching.get(id)
    this.watching.delete(id)
    this.deps.searches.detectors.release(id)
    this.deps.searches.setWatch(id, null)
    entry?.abort.abort()
    await entry?.ended
  }

  /** @param before what was noticed before */
  private start(id: string, record: WatchRecord, before: readonly NoticedRecord[]): Begun {
    const { searches, jobs } = this.deps
    const seen = before.filter(({ number }) => number > record.after)
    const entry: Watching = {
      record,
      abort: new AbortController(),
      ended: Promise.resolve(),
      state: 'beginning',
      problem: null,
      scored: seen.length,
      odd: seen.filter(({ odd }) => odd).length,
      number: before.at(-1)?.number ?? record.after,
    }
    this.watching.set(id, entry)
    searches.detectors.hold(id)
    this.show(id, entry)
    const { id: job } = jobs.start({
      kind: 'anomalies',
      subject: searches.summary(id)?.name ?? id,
      work: async (_, signal) => {
        try {
          await openedDetector(this.deps, id, signal)
          await this.begin(id, entry, new Set(seen.map(({ path }) => path)))
          entry.state = 'watching'
        } catch (error) {
          searches.detectors.release(id)
          Object.assign(entry, { state: 'failed', problem: (error as Error).message })
          throw error
        } finally {
          this.show(id, entry)
        }
      },
    })
    return { job }
  }

  /** @param scored paths of what was noticed before */
  private async begin(id: string, entry: Watching, scored: ReadonlySet<string>): Promise<void> {
    const { log, searches, fence } = this.deps
    const { folder, names } = entry.record
    fence.check(folder)
    const known = new Set([...names.map(withSlashes), ...scored])
    const missed = async () =>
      (await imagesIn(folder))
        .filter((name) => !known.has(withSlashes(name)))
        .map((name) => join(folder, name))
    await missed() // Says what is wrong with the folder.
    const score = async (path: string) => {
      fence.check(path)
      return searches.detectors.expect(id).score(path)
    }
    const none = { score: 0, percentile: 0 }
    await new Promise<void>((onReady, onFailed) => {
      entry.ended = watchAnomalies(
        [folder],
        { score },
        {
          signal: entry.abort.signal,
          onReady,
          missed,
          onImage: (image) => inBackground(this.notice(id, ++entry.number, image.path, image, null)),
          onSkipped: (path, reason) =>
            inBackground(this.notice(id, ++entry.number, path, none, reason.replace(`${path}: `, ''))),
        },
      )
      entry.ended.catch(onFailed)
    })
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
    const name = withSlashes(relative(entry.record.folder, path))
    const at = new Date().toISOString()
    const image = { number, at, path: name, folder: nameOf(entry), score, percentile, odd, problem }
    entry.scored++
    if (odd) entry.odd++
    await appendNoticed(await searches.folderOf(id), image)
    this.tell(id, image)
    this.show(id, entry)
  }

  private show(id: string, entry: Watching): void {
    const { state, problem, scored, odd } = entry
    if (this.watching.get(id) === entry)
      this.deps.searches.setWatch(id, { name: nameOf(entry), state, problem, scored, odd })
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

const nameOf = ({ record }: Watching): string => basename(record.folder)
const withSlashes = (path: string): string => path.split(sep).join('/')
