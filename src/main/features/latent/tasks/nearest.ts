import { nearestCodes } from '../../../engine/latent/distances'
import type { CodeMetric } from '../../../../shared/api/latent'
import type { CodesParams } from './latentTasks'

/** @param leftOut a row that is not looked at, or −1 */
interface Nearest {
  params: CodesParams & { code: Float32Array; k: number; metric: CodeMetric; leftOut: number }
  result: { indices: Int32Array; distances: Float32Array }
  event: never
}

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
