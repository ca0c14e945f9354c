import { roomHandlers } from '../../base/roomHandlers'
import type { AnomalySaves } from './anomalySaves'
import type { AnomalyService } from './anomalyService'
import type { AnomalyWatches } from './anomalyWatches'

export interface AnomalyServices {
  readonly searches: AnomalyService
  readonly watches: AnomalyWatches
  readonly saves: AnomalySaves
}

export const anomalyHandlers = ({ searches, watches, saves }: AnomalyServices) =>
  roomHandlers('anomalies', searches, {
    list: async () => searches.listing(),
    get: ({ id }) => searches.get(id),
    setThreshold: async ({ id, threshold }) => {
      await searches.change(id, { threshold })
      return null
    },
    setNormalLabels: async ({ id, labels }) => {
      await searches.change(id, { normalLabels: labels })
      return null
    },
    save: (params) => saves.save(params),
    rename: async ({ id, name }) => {
      await searches.change(id, { name })
      return null
    },
    remove: async ({ id }) => {
      await watches.unwatch(id)
      return { undo: await searches.remove(id) }
    },
    watch: (params) => watches.watch(params),
    unwatch: async ({ id }) => {
      await watches.unwatch(id)
      return null
    },
    noticed: (params) => watches.noticed(params),
    viewNoticed: (params) => watches.view(params),
  })
