import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { AnomalySaves } from './anomalySaves'
import type { AnomalyService } from './anomalyService'
import type { AnomalyWatches } from './anomalyWatches'

type AnomalyCommand = Extract<CommandName, `anomalies.${string}`>

export interface AnomalyServices {
  readonly searches: AnomalyService
  readonly watches: AnomalyWatches
  readonly saves: AnomalySaves
}

export function anomalyHandlers({
  searches,
  watches,
  saves,
}: AnomalyServices): Pick<Handlers, AnomalyCommand> {
  return {
    'anomalies.list': async () => searches.listing(),
    'anomalies.start': (params) => searches.start(params),
    'anomalies.get': ({ id }) => searches.get(id),
    'anomalies.describe': (params) => searches.describe(params),
    'anomalies.view': (params) => searches.view(params),
    'anomalies.mark': async (params) => {
      await searches.mark(params)
      return null
    },
    'anomalies.setThreshold': async ({ id, threshold }) => {
      await searches.change(id, { threshold })
      return null
    },
    'anomalies.setNormalLabels': async ({ id, labels }) => {
      await searches.change(id, { normalLabels: labels })
      return null
    },
    'anomalies.save': (params) => saves.save(params),
    'anomalies.rename': async ({ id, name }) => {
      await searches.change(id, { name })
      return null
    },
    'anomalies.remove': async ({ id }) => {
      await watches.unwatch(id)
      return { undo: await searches.remove(id) }
    },
    'anomalies.keepModel': (params) => searches.keepModel(params),
    'anomalies.watch': (params) => watches.watch(params),
    'anomalies.unwatch': async ({ id }) => {
      await watches.unwatch(id)
      return null
    },
    'anomalies.noticed': (params) => watches.noticed(params),
    'anomalies.viewNoticed': (params) => watches.view(params),
  }
}
