import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputShape } from '../../src/shared/modelSpec'
import { initializeParameters } from '../../src/main/engine/models/initialize'
import { findPreset, specFromPreset } from '../../src/main/engine/models/presets'
import { explicitWeights } from '../../src/main/engine/models/weights'
import { writeSafetensors } from '../../src/main/store/safetensors'
import type { ModelFiles } from '../../src/main/worker/protocol'

/** A preset with the weights that training would begin with, in a folder that is made. */
export async function untrainedModel(folder: string, preset: string, input: InputShape): Promise<ModelFiles> {
  const { spec } = specFromPreset(findPreset(preset), input)
  const weights = join(folder, 'weights.safetensors')
  await mkdir(folder, { recursive: true })
  const tensors = Object.fromEntries(
    Object.entries(explicitWeights(spec, initializeParameters(spec))).map(([name, { shape, data }]) => [
      name,
      { dtype: 'F32' as const, shape: [...shape], data },
    ]),
  )
  await writeSafetensors(weights, { tensors, metadata: {} })
  return { spec, weights }
}
