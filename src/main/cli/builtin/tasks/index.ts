import { trainLevels } from './trainLevels'
import { widenToColor } from './widenToColor'

/** What the compute worker does for this room, by the name under which it is called. */
export const builtinTasks = { trainLevels, widenToColor }
