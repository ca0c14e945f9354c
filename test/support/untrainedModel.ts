import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputShape, ModelSpec } from '../../src/shared/modelSpec'
import { initializeParameters } from '../../src/main/engine/models/initialize'
import { findPreset, specFromPreset } from '../../src/main/engine/models/presets'
import { explicitWeights } from '../../src/main/engine/models/weights'
import { writeSafetensors } from '../../src/main/store/safetensors'
import type { ModelFiles } from '../../src/main/worker/protocol'
import { randomNumbers } from './randomNumbers'

/** A preset with the weights that training would begin with, in a folder that is made. */
export async function untrainedModel(folder: string, preset: string, input: InputShape): Promise<ModelFiles> {
  const { spec } = specFromPreset(findPreset(preset), input)
  return writeWeights(folder, spec, initializeParameters(spec))
}

async function writeWeights(
  folder: string,
  spec: ModelSpec,
  values: Record<string, Float32Array>,
): Promise<ModelFiles> {
  const weights = join(folder, 'weights.safetensors')
  await mkdir(folder, { recursive: true })
  const tensors = Object.fromEntries(
    Object.entries(explicitWeights(spec, values)).map(([name, { shape, data }]) => [
      name,
      { dtype: 'F32' as const, shape: [...shape], data },
    ]),
  )
  await writeSafetensors(weights, { tensors, metadata: {} })
  return { spec, weights }
}

/** A spec with weights that are all random, biases too, in a folder that is made. */
export async function withRandomWeights(folder: string, spec: ModelSpec): Promise<ModelFiles> {
  const values = initializeParameters(spec)
  const random = randomNumbers(11)
  for (const [name, value] of Object.entries(values))
    if (name.endsWith('bias')) values[name] = value.map(() => random() - 0.5)
  return writeWeights(folder, spec, values)
}
