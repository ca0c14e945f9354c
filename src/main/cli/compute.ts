import { computeWorkerEntry } from '../store/builtFiles'
import { ComputeClient } from '../worker/computeClient'

/** The compute worker as the build leaves it. The caller disposes of the client, or the process does not end. */
export const createComputeClient = (): ComputeClient => new ComputeClient(computeWorkerEntry())
