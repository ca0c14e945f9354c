import { roomHandlers } from '../../base/roomHandlers'
import type { TableService } from './tableService'

export const tableHandlers = (tables: TableService) =>
  roomHandlers('tables', tables, {
    list: async () => tables.listing(),
    get: ({ id }) => tables.get(id),
    remove: async ({ id }) => ({ undo: await tables.remove(id) }),
  })
