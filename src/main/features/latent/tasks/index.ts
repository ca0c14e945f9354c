import { clusterCodes } from './clusterCodes'
import { labelAccuracy } from './labelAccuracy'
import { mapCodes } from './mapCodes'
import { nearest } from './nearest'
import { surveyCodes } from './surveyCodes'

/** What the compute worker does for this room, by the name under which it is called. */
export const latentTasks = { clusterCodes, labelAccuracy, mapCodes, nearest, surveyCodes }
