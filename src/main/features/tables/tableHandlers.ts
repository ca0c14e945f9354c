import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { TableService } from './tableService'

export function tableHandlers(
  tables: TableService,
): Pick<Handlers, Extract<CommandName, `tables.${string}`>> {
  return {
    'tables.list': async () => tables.listing(),
    'tables.import': (params) => tables.import(params),
    'tables.get': ({ id }) => tables.get(id),
    'tables.train': (params) => tables.train(params),
    'tables.find': (params) => tables.find(params),
    'tables.titles': (params) => tables.titles(params),
    'tables.map': (params) => tables.map(params),
    'tables.recommend': (params) => tables.recommend(params),
    'tables.odd': (params) => tables.odd(params),
    'tables.fill': (params) => tables.fill(params),
    'tables.rename': async (params) => {
      await tables.rename(params)
      return null
    },
    'tables.remove': async ({ id }) => ({ undo: await tables.remove(id) }),
  }
}
