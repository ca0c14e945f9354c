import type { EventBus } from '../../base/eventBus'
import type { JobService } from '../../base/jobService'
import type { AnomalyService } from './anomalyService'
import type { DetectorHandle } from './detectorHandle'

export interface OpeningDependencies {
  readonly searches: AnomalyService
  readonly events: EventBus
  readonly jobs: JobService
}

/** The model of a search, opened again unless it is open. @throws ExpectedError where that fails; AbortError */
export async function openedDetector(
  { searches, events, jobs }: OpeningDependencies,
  id: string,
  signal: AbortSignal,
): Promise<DetectorHandle> {
  const begun = await searches.ensureOpen(id)
  if (begun) {
    const cancel = () => jobs.cancel(begun.job)
    signal.addEventListener('abort', cancel, { once: true })
    await new Promise<void>((resolve) => {
      const end = () => {
        const job = jobs.listing().items.find((item) => item.id === begun.job)
        if (job && (job.state === 'running' || job.state === 'waiting')) return
        stop()
        resolve()
      }
      const stop = events.on('jobs.changed', end)
      end()
    })
    signal.removeEventListener('abort', cancel)
  }
  signal.throwIfAborted()
  return searches.detectors.expect(id)
}
