import { portableDetector } from '../../../engine/anomalies/portableDetector'
import { storedWeights } from '../../../engine/exporters/precision'
import { explicitWeights } from '../../../engine/models/weights'
import { authorOnnxModel } from '../../../engine/runtimes/onnx/onnxModel'
import { writePieces } from '../../../store/writePieces'
import { readParameters } from '../../../worker/loadModel'
import { keptAs } from './anomalies'
import type { ModelFiles } from '../../../worker/protocol'

/** A detector as an ONNX file with the outputs `anomaly_map` and `score`, the threshold in its metadata. */
interface Export {
  params: { id: string; model: ModelFiles; about: Readonly<Record<string, string>>; file: string }
  result: { threshold: number; bytes: number }
  event: never
}

/** Writes the detector that the worker keeps. @throws ExpectedError where a file cannot hold it */
export async function exportAnomalyModel({
  id,
  model,
  about,
  file,
}: Export['params']): Promise<Export['result']> {
  const { spec } = model
  const { detector } = keptAs(id)
  const { threshold } = detector
  const weights = storedWeights(explicitWeights(spec, await readParameters(model)), 'float32')
  const { fn, large } = portableDetector(spec, detector.state)
  const constants = ({ name }: { readonly name: string }) => large.get(name) ?? weights[name]!.stored
  const { pieces } = authorOnnxModel(fn, { constants, metadata: { ...about, threshold: String(threshold) } })
  return { threshold, bytes: await writePieces(file, pieces) }
}
