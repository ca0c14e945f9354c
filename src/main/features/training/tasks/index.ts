import { measureTraining } from './measureTraining'
import { train } from './train'

/** What the compute worker does for this room, by the name under which it is called. */
export const trainingTasks = { measureTraining, train }
