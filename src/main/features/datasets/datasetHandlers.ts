import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { Shell } from '../../base/shell'
import type { DatasetService } from './datasetService'

type DatasetCommand = Extract<CommandName, `datasets.${string}`>

export function datasetHandlers(datasets: DatasetService, shell: Shell): Pick<Handlers, DatasetCommand> {
  return {
    'datasets.list': async () => datasets.listing(),
    'datasets.get': ({ id }) => datasets.get(id),
    'datasets.import': (params) => datasets.import(params),
    'datasets.importSample': (params) => datasets.importSample(params),
    'datasets.reimport': (params) => datasets.reimport(params),
    'datasets.rename': async ({ id, name }) => {
      await datasets.rename(id, name)
      return null
    },
    'datasets.remove': async ({ id }) => ({ undo: await datasets.remove(id) }),
    'datasets.reveal': async (params) => {
      await shell.reveal(await datasets.placeOf(params))
      return null
    },
    'datasets.images': (params) => datasets.images(params),
    'datasets.thumbnails': (params) => datasets.thumbnails(params),
    'datasets.preview': (params) => datasets.preview(params),
    'datasets.previewPairs': (params) => datasets.previewPairs(params),
  }
}
