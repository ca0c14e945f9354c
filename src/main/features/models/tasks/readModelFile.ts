import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { fromBfloat16, fromHalf } from '../../../engine/files/half'
import type { ImportHints } from '../../../../shared/importing'
import { type FileToImport, type ImportedFile, importFile } from '../../../engine/importers/importFile'
import { provedModel, type Reference } from '../../../engine/importers/reference'
import { triedOnPicture } from '../../../engine/importers/triedOnPicture'
import { limits } from '../../../engine/importers/limits'
import { ownWeights } from '../../../../shared/ownWeights'
import { explicitWeights, parametersFromWeights } from '../../../engine/models/weights'
import { explainFileError } from '../../../store/fileErrors'
import { isInside } from '../../../store/isInside'
import type { NpyArray } from '../../../store/npy'
import { decodePair } from './referenceFile'
import { openRegular } from '../../../store/regularFile'
import { decodeSafetensors, type StoredTensor } from '../../../store/safetensors'
import { sentence } from '../../../../shared/texts/sentence'

/** A model out of a file that may come from anybody. */
interface Read {
  /** `reference`: a .npz file of images and what its own program makes of them. `within`: folders in which files beside it may lie, links and all; anywhere without. Real paths */
  params: { path: string; hints: ImportHints; reference?: string; within?: readonly string[] }
  result: ImportedFile
  event: never
}

/**
 * Reads a model from a file that may come from anybody; its weights are what its spec needs, a tied kernel once. What another
 * program made is tried on a picture, and compared with a reference where there is one.
 */
export async function readModelFile({
  path,
  hints,
  reference,
  within,
}: Read['params']): Promise<Read['result']> {
  const name = basename(path)
  const bytes = await bytesOf(path)
  const read = (said: ImportHints) => importFile(fileAt(path, bytes, within), said)
  const imported = reference
    ? await provedModel(read, hints, await referenceAt(reference))
    : await triedOnPicture(await read(hints))
  const { spec, weights } = imported
  const explicit = explicitWeights(spec, parametersFromWeights(spec, weights, name))
  return { ...imported, weights: ownWeights(spec, explicit) }
}

async function referenceAt(path: string): Promise<Reference> {
  const name = basename(path)
  const { given, made } = decodePair(await bytesOf(path), name)
  const floats = ({ shape, data }: NpyArray) => ({ shape, data: Float32Array.from(data) })
  return { name, given: floats(given), made: floats(made) }
}

function fileAt(path: string, bytes: Uint8Array, within: Read['params']['within']): FileToImport {
  const name = basename(path)
  return {
    name,
    path,
    bytes,
    beside: (other) => bytesBeside(join(dirname(path), besideOf(other)), within),
    safetensors: (bytes) => {
      const { tensors, metadata } = decodeSafetensors(bytes, name)
      const weights = Object.entries(tensors).flatMap(([tensor, stored]) => floatsOf(tensor, stored))
      const floats = Object.values(tensors).filter(({ dtype }) => /^B?F\d/.test(dtype))
      const isHalf = floats.length > 0 && floats.every(({ dtype }) => dtype === 'F16')
      return { weights: Object.fromEntries(weights), metadata, isHalf }
    },
  }
}

/** A name in the same folder, or in the folder in which TensorFlow keeps variables. */
const besideOf = (other: string) =>
  dirname(other) === 'variables' ? join('variables', basename(other)) : basename(other)

/** Of a stranger's file what is no floating point is none of a layer's weights: counters of batches, for example. */
function floatsOf(
  name: string,
  { dtype, shape, data }: StoredTensor,
): [string, { shape: number[]; data: Float32Array }][] {
  if (dtype === 'F32') return [[name, { shape, data }]]
  if (dtype === 'F64') return [[name, { shape, data: Float32Array.from(data) }]]
  if (dtype === 'BF16') return [[name, { shape, data: fromBfloat16(data) }]]
  if (dtype !== 'F16') return []
  return [[name, { shape, data: fromHalf(data) }]]
}

/** @throws ExpectedError for a link that leads out of the folders that may be read */
async function bytesBeside(path: string, within: Read['params']['within']): Promise<Uint8Array> {
  const real = await realpath(path).catch(() => path)
  if (!within || within.some((folder) => isInside(real, folder))) return bytesOf(path)
  throw new ExpectedError('no-access', sentence('importing.linkLeadsOut', { path }))
}

/** A regular file within the limit, read whole. @throws ExpectedError */
async function bytesOf(path: string): Promise<Uint8Array> {
  const file = await openRegular(path)
  try {
    const { size } = await file.stat()
    if (size > limits.file)
      throw new ExpectedError(
        'bad-input',
        sentence('importing.fileTooLarge', { path, size: (size / 1e9).toFixed(1), most: limits.file / 1e9 }),
      )
    return await file.readFile()
  } catch (error) {
    throw explainFileError(error, path)
  } finally {
    await file.close()
  }
}
