import { explicitWeights } from '../../../engine/models/weights'
import { widenToColor as widen } from '../../../engine/models/widenToColor'
import { readParameters } from '../../../worker/loadModel'
import type { ModelSpec } from '../../../../shared/modelSpec'
import type { StoredWeights as Weights } from '../../../store/checkpointStore'
import type { ModelFiles } from '../../../worker/protocol'

/** Initial weights of a denoiser of colours that begins where one of grey has come to. */
interface WidenToColor {
  params: { grey: ModelFiles; spec: ModelSpec }
  result: { weights: Weights }
  event: never
}

export async function widenToColor({ grey, spec }: WidenToColor['params']): Promise<WidenToColor['result']> {
  return { weights: explicitWeights(spec, widen(grey.spec, await readParameters(grey), spec)) }
}
