import { existsSync } from 'node:fs'
import { ComputeClient } from '../worker/computeClient'

/**
 * The compute worker as the build leaves it: beside the entry of the command line, which is one folder up where this
 * module has landed in a shared chunk. The caller disposes of the client, or the process does not end.
 */
export function createComputeClient(): ComputeClient {
  const places = ['.', '..'].map((folder) => new URL(`${folder}/computeWorker.js`, import.meta.url))
  const entry = places.find((place) => existsSync(place))
  if (!entry) throw new Error('computeWorker.js is not beside the command line: the build is incomplete.')
  return new ComputeClient(entry)
}
