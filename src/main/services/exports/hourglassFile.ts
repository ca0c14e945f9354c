import { readFile } from 'node:fs/promises'
import { strToU8, type Zippable, zipSync } from 'fflate'
import type { ModelInfo } from '../../../shared/run'
import { readWeights } from '../../store/checkpointStore'
import { fileErrorCode } from '../../store/fileErrors'
import { modelFiles, type TrainedModel } from '../../store/modelStore'
import { encodeSafetensors, type StoredTensor } from '../../store/safetensors'
import { modelCard } from '../models/modelCard'

/** A model's folder as one file, a zip: model.json, weights.safetensors, README.md and, where there is one, preview.png. */
export async function packModel({ folder, files }: TrainedModel, info: ModelInfo): Promise<Uint8Array> {
  const preview = await readFile(modelFiles.preview(folder)).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return null
    throw error
  })
  const tensors = Object.entries(await readWeights(files.weights)).map(
    ([name, { shape, data }]): [string, StoredTensor] => [name, { dtype: 'F32', shape: [...shape], data }],
  )
  const weights = encodeSafetensors(Object.fromEntries(tensors), { format: 'hourglass-model-1' })
  const entries: Zippable = {
    'model.json': strToU8(`${JSON.stringify(info, null, 2)}\n`),
    'weights.safetensors': weights,
    'README.md': strToU8(modelCard(info, preview !== null)),
    ...(preview ? { 'preview.png': preview } : {}),
  }
  return zipSync(entries, { level: 0 })
}
