import { inBackground } from '../../../shared/inBackground'
import type { EventBus } from '../../base/eventBus'
import type { JobService } from '../../base/jobService'
import type { Log } from '../../base/log'
import type { Fence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import type { AnomalyServices } from './anomalyHandlers'
import { AnomalySaves } from './anomalySaves'
import { type AnomalyDependencies, AnomalyService } from './anomalyService'
import { AnomalyWatches } from './anomalyWatches'
import { findAnomalies } from './findAnomalies'

export interface AnomalyParts extends Omit<AnomalyDependencies, 'find'> {
  readonly events: EventBus
  readonly jobs: JobService
  readonly log: Log
  readonly places: PlaceRegistry
  readonly fence: Fence
}

/** Searches for odd images, with all that is done with them. Close it before the workers and the library. */
export async function openAnomalies(
  parts: AnomalyParts,
): Promise<AnomalyServices & { close(): Promise<void> }> {
  const searches = await AnomalyService.open({ ...parts, find: findAnomalies })
  const watches = new AnomalyWatches({ ...parts, searches })
  const saves = new AnomalySaves({ ...parts, searches })
  let resuming = watches.resume()
  inBackground(resuming)
  // Another place: detectors are closed, and whatever they watch for with them.
  parts.library.onChange((change) => {
    if (change !== null) return
    resuming = watches.close().then(() => watches.resume())
    inBackground(resuming)
  })
  const close = async () => {
    await resuming
    await watches.close()
    await searches.close()
  }
  return { searches, watches, saves, close }
}
