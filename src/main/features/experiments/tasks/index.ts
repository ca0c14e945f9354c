import { measureRun } from './measureRun'

/** What the compute worker does for this room, by the name under which it is called. */
export const experimentTasks = { measureRun }
