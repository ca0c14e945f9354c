import { exportFormats } from '../../engine/exporters/formats'
import { roomHandlers } from '../../base/roomHandlers'
import type { Shell } from '../../base/shell'
import type { ModelExports } from './modelExports'
import type { ModelService } from './modelService'

export const modelHandlers = (models: ModelService, exports: ModelExports, shell: Shell) =>
  roomHandlers('models', models, {
    list: async () => models.listing(),
    get: ({ id }) => models.get(id),
    rename: async ({ id, name }) => {
      await models.rename(id, name)
      return null
    },
    remove: async ({ id }) => ({ undo: await models.remove(id) }),
    reveal: async ({ id }) => {
      await shell.reveal(await models.folderOf(id))
      return null
    },
    exportFormats: async () =>
      exportFormats.map(({ id, name, ending, abilities }) => ({ id, name, ending, abilities })),
    exportExample: (params) => exports.example(params),
    exportLoss: (params) => exports.loss(params),
    export: (params) => exports.export(params),
    exportFile: (params) => exports.exportFile(params),
  })
