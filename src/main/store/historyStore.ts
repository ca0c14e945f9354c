import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from './makeFolder'
import { runFiles } from './runStore'
import { readSafetensors, writeSafetensors } from './safetensors'

/** What one epoch leaves for the eye: reconstructions of the sample images, and codes of a fixed set of images. */
export interface EpochSnapshot {
  /** count × height × width × channels */
  readonly reconstructions: { readonly shape: readonly number[]; readonly data: Uint8Array }
  /** count × dimensions; null where the model has no code, or one too large to be drawn. */
  readonly codes: { readonly shape: readonly number[]; readonly data: Float32Array } | null
  /** The first layer's kernels as pictures, count × height × width × channels; histories of old have none. */
  readonly kernels: { readonly shape: readonly number[]; readonly data: Uint8Array } | null
  /** The codes as points in the plane, count × 2; histories of old have none, nor do models without a code. */
  readonly map: { readonly shape: readonly number[]; readonly data: Float32Array } | null
}

/** The images that snapshots are made of: rows of the dataset, and the samples as they are fed. */
export interface SnapshotImages {
  readonly sampleRows: Int32Array
  readonly codeRows: Int32Array
  readonly originals: { readonly shape: readonly number[]; readonly data: Uint8Array }
  readonly inputs: { readonly shape: readonly number[]; readonly data: Uint8Array }
}

/** Beyond this every second epoch goes, then every second of those that are left. */
const budgetBytes = 128 * 1024 * 1024

const samplesPath = (run: string) => join(runFiles.history(run), 'samples.safetensors')
const epochPath = (run: string, epoch: number) =>
  join(runFiles.history(run), `epoch-${String(epoch).padStart(6, '0')}.safetensors`)

export async function writeSnapshotImages(run: string, images: SnapshotImages): Promise<void> {
  await makeFolder(runFiles.history(run))
  const { sampleRows, codeRows, originals, inputs } = images
  await writeSafetensors(samplesPath(run), {
    tensors: {
      sampleRows: { dtype: 'I32', shape: [sampleRows.length], data: sampleRows },
      codeRows: { dtype: 'I32', shape: [codeRows.length], data: codeRows },
      originals: { dtype: 'U8', shape: [...originals.shape], data: originals.data },
      inputs: { dtype: 'U8', shape: [...inputs.shape], data: inputs.data },
    },
    metadata: {},
  })
}

export async function readSnapshotImages(run: string): Promise<SnapshotImages> {
  const { tensors } = await readSafetensors(samplesPath(run))
  return tensors.sampleRows && tensors.codeRows && tensors.originals && tensors.inputs
    ? ({
        sampleRows: tensors.sampleRows.data,
        codeRows: tensors.codeRows.data,
        originals: tensors.originals,
        inputs: tensors.inputs,
      } as SnapshotImages)
    : Promise.reject(new Error(`${samplesPath(run)} lacks a tensor.`))
}

export async function writeSnapshot(
  run: string,
  epoch: number,
  { reconstructions, codes, kernels, map }: EpochSnapshot,
): Promise<void> {
  await writeSafetensors(epochPath(run, epoch), {
    tensors: {
      reconstructions: { dtype: 'U8', shape: [...reconstructions.shape], data: reconstructions.data },
      ...(codes && { codes: { dtype: 'F32', shape: [...codes.shape], data: codes.data } }),
      ...(kernels && { kernels: { dtype: 'U8', shape: [...kernels.shape], data: kernels.data } }),
      ...(map && { map: { dtype: 'F32', shape: [...map.shape], data: map.data } }),
    },
    metadata: { epoch: String(epoch) },
  })
}

export async function readSnapshot(run: string, epoch: number): Promise<EpochSnapshot> {
  const { tensors } = await readSafetensors(epochPath(run, epoch))
  const { reconstructions, codes = null, kernels = null, map = null } = tensors
  return { reconstructions, codes, kernels, map } as EpochSnapshot
}

/** Epochs with a snapshot, ascending. */
export async function snapshotEpochs(run: string): Promise<number[]> {
  const names = await readdir(runFiles.history(run)).catch(() => [])
  return names
    .flatMap((name) => /^epoch-(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** Removes snapshots after `epoch`, of a future that a resumed run makes again. */
export async function rewindSnapshots(run: string, epoch: number): Promise<void> {
  for (const later of await snapshotEpochs(run))
    if (later > epoch) await rm(epochPath(run, later), { force: true })
}

/** Keeps the history within its budget: halves the number of snapshots when it is over. */
export async function thinSnapshots(run: string): Promise<void> {
  const epochs = await snapshotEpochs(run)
  if (epochs.length < 3) return
  const { size } = await stat(epochPath(run, epochs[0]!))
  if (size * epochs.length <= budgetBytes) return
  const dropped = epochs.slice(0, -1).filter((_, i) => i % 2 === 1)
  for (const epoch of dropped) await rm(epochPath(run, epoch), { force: true })
}
