import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { Shell } from '../../base/shell'
import type { ModelService } from './modelService'

type ModelCommand = Exclude<Extract<CommandName, `models.${string}`>, `models.export${string}`>

export function modelHandlers(models: ModelService, shell: Shell): Pick<Handlers, ModelCommand> {
  return {
    'models.list': async () => models.listing(),
    'models.get': ({ id }) => models.get(id),
    'models.keep': (params) => models.keep(params),
    'models.import': (params) => models.import(params),
    'models.inspect': (params) => models.inspect(params),
    'models.rename': async ({ id, name }) => {
      await models.rename(id, name)
      return null
    },
    'models.remove': async ({ id }) => ({ undo: await models.remove(id) }),
    'models.reveal': async ({ id }) => {
      await shell.reveal(await models.folderOf(id))
      return null
    },
    'models.encode': (params) => models.encode(params),
    'models.decode': (params) => models.decode(params),
    'models.saveDecoded': (params) => models.saveDecoded(params),
  }
}
