import { explicitWeights } from '../../../engine/models/weights'
import { widenToColor as widen } from '../../../engine/models/widenToColor'
import { readParameters } from '../../../worker/loadModel'
import type { ComputeTasks } from '../../../worker/protocol'

export async function widenToColor({
  grey,
  spec,
}: ComputeTasks['widenToColor']['params']): Promise<ComputeTasks['widenToColor']['result']> {
  return { weights: explicitWeights(spec, widen(grey.spec, await readParameters(grey), spec)) }
}
