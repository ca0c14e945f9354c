import type { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors'
import { parseJson } from './parseRecord'

/** Arrays by name with their shapes, float32. */
export type StoredWeights = Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>

/**
 * A checkpoint: `weights` are all kernels and biases under their names, a kernel of a tied model once (files of earlier
 * versions hold the decoder's transposes too); `state` is the optimizer's, under `optimizer/…`; `position` says where the run stands.
 */
export interface Checkpoint<P> {
  readonly weights: StoredWeights
  readonly state: StoredWeights
  readonly position: P
}

const prefix = 'optimizer/'
const format = 'hourglass-checkpoint-1'

export async function writeCheckpoint<P>(
  path: string,
  { weights, state, position }: Checkpoint<P>,
): Promise<void> {
  const tensors: Record<string, StoredTensor> = {}
  const add = (name: string, { shape, data }: StoredWeights[string]) =>
    (tensors[name] = { dtype: 'F32', shape: [...shape], data })
  for (const [name, weight] of Object.entries(weights)) add(name, weight)
  for (const [name, value] of Object.entries(state)) add(prefix + name, value)
  await writeSafetensors(path, { tensors, metadata: { format, position: JSON.stringify(position) } })
}

/** @throws ExpectedError when the file is missing, damaged, or no checkpoint */
export async function readCheckpoint<P>(path: string, position: z.ZodType<P>): Promise<Checkpoint<P>> {
  const { tensors, metadata } = await readSafetensors(path)
  const all = floats(tensors, path)
  const parsed = position.safeParse(parseJson(metadata.position ?? ''))
  if (metadata.format !== format || !parsed.success)
    throw new ExpectedError('bad-input', sentence('store.notCheckpointVersionHourglass', { path }))
  const named = (inside: boolean) =>
    Object.entries(all)
      .filter(([name]) => name.startsWith(prefix) === inside)
      .map(([name, value]) => [inside ? name.slice(prefix.length) : name, value] as const)
  return {
    weights: Object.fromEntries(named(false)),
    state: Object.fromEntries(named(true)),
    position: parsed.data,
  }
}

/** Only the weights, of a checkpoint or of a model's weights.safetensors. */
export async function readWeights(path: string): Promise<StoredWeights> {
  const { tensors } = await readSafetensors(path, (name) => !name.startsWith(prefix))
  return floats(tensors, path)
}

function floats(tensors: Record<string, StoredTensor>, path: string): StoredWeights {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      if (tensor.dtype !== 'F32')
        throw new ExpectedError(
          'bad-input',
          sentence('store.tensorNotFloat', { path, name, dtype: tensor.dtype }),
        )
      return [name, tensor]
    }),
  )
}
