import { benchConv } from './benchConv'
import { benchDenoise } from './benchDenoise'
import { benchTrain } from './benchTrain'

/** What the compute worker does for this room, by the name under which it is called. */
export const benchTasks = { benchConv, benchDenoise, benchTrain }
