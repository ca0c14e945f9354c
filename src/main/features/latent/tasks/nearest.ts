import { nearestCodes } from '../../../engine/latent/distances'
import type { ComputeTasks } from '../../../worker/protocol'

type Nearest = ComputeTasks['nearest']

export async function nearest({
  codes,
  code,
  k,
  metric,
  leftOut,
}: Nearest['params']): Promise<Nearest['result']> {
  const { indices, distances } = nearestCodes(codes, code, k, metric, leftOut)
  return { indices: Int32Array.from(indices), distances }
}
