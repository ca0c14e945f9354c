import { trainTable } from './trainTable'
import { completeTable, evaluateTable, exportTable } from './useTable'

/** What the compute worker does for this room, by the name under which it is called. */
export const tableTasks = { trainTable, completeTable, evaluateTable, exportTable }
