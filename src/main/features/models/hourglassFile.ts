import { readFile } from 'node:fs/promises'
import { strToU8 } from 'fflate'
import type { ModelInfo } from '../../../shared/run'
import { zipped } from '../../../shared/zipped'
import { onnxFileOf } from '../../../shared/network'
import { ownWeights } from '../../../shared/ownWeights'
import { readWeights } from '../../store/checkpointStore'
import { fileErrorCode } from '../../store/fileErrors'
import { modelFiles, modelWeightsInPieces, readOriginal, type TrainedModel } from '../../store/modelStore'
import { modelCard } from '../training/modelCard'
import { previewOfRun } from '../training/saveModel'

/**
 * A model's folder as one file, a zip: model.json, weights.safetensors, README.md, preview.png where there is one, and
 * model.onnx where the model runs as that file.
 */
export async function packModel(model: TrainedModel, info: ModelInfo): Promise<Iterable<Uint8Array>> {
  const preview = await previewOf(model, info)
  return zipped({
    'model.json': [strToU8(`${JSON.stringify(info, null, 2)}\n`)],
    'weights.safetensors': modelWeightsInPieces(
      ownWeights(info.spec, await readWeights(model.files.weights)),
    ),
    'README.md': [strToU8(modelCard(info, preview !== null))],
    ...(preview ? { 'preview.png': [preview] } : {}),
    ...(info.spec.network && onnxFileOf(info.spec.network)
      ? { 'model.onnx': [await readOriginal(model.folder)] }
      : {}),
  })
}

/** A saved model has it already; of a run it is drawn. */
async function previewOf({ kind, folder }: TrainedModel, info: ModelInfo): Promise<Buffer | null> {
  if (kind === 'run') return previewOfRun(folder, info)
  return readFile(modelFiles.preview(folder)).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return null
    throw error
  })
}
