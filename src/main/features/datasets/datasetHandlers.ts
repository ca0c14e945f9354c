import { roomHandlers } from '../../base/roomHandlers'
import type { Shell } from '../../base/shell'
import type { DatasetService } from './datasetService'

export const datasetHandlers = (datasets: DatasetService, shell: Shell) =>
  roomHandlers('datasets', datasets, {
    list: async () => datasets.listing(),
    get: ({ id }) => datasets.get(id),
    rename: async ({ id, name }) => {
      await datasets.rename(id, name)
      return null
    },
    remove: async ({ id }) => ({ undo: await datasets.remove(id) }),
    reveal: async (params) => {
      await shell.reveal(await datasets.placeOf(params))
      return null
    },
  })
