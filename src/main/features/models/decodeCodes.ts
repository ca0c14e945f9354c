import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { codeSize, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { type Codes, codeFormatOf, readCodes } from '../../store/codeFiles'
import type { TrainedModel } from '../../store/modelStore'
import { OutputFolder } from '../../store/outputFolder'
import { openNamedModel } from './builtinModels'
import { ImageNames } from './imageNames'
import type { ModelRequest, ModelWork } from './modelWork'
import { writeImages } from './writeImages'

export interface DecodeRequest extends ModelRequest {
  /** FILE.csv or FILE.npy. */
  readonly codes: string
  /** The folder for the images. */
  readonly out: string
  readonly overwrite: boolean
}

/** Images computed in one call are about this many bytes of float32. */
const bytesAtOnce = 32 * 1024 * 1024

/**
 * Draws an image of each latent code: a PNG named as its path in the codes says, or by its number.
 * @throws ExpectedError, CancelledError; nothing is written then
 */
export async function decodeCodes(
  { model: folder, codes: file, out, overwrite, ...target }: DecodeRequest,
  { client, signal, onProgress }: ModelWork,
): Promise<{ out: string; count: number }> {
  codeFormatOf(file)
  const model = await openNamedModel(folder)
  const { spec } = model.files
  const codes = await readCodes(file)
  checkDimensions(codes, spec, file, model)
  const names = nameImages(codes)
  const output = await OutputFolder.open(out, names, { overwrite })
  try {
    const atOnce = Math.max(1, Math.floor(bytesAtOnce / 4 / inputSize(spec.input)))
    onProgress?.(0, codes.count)
    for (let first = 0; first < codes.count; first += atOnce) {
      const part = codes.values.slice(first * codes.dimensions, (first + atOnce) * codes.dimensions)
      const params = { model: model.files, codes: part, ...target }
      const { images } = await client.call('decode', params, { signal })
      await writeImages(output, names.slice(first, first + atOnce), images, spec.input)
      onProgress?.(Math.min(first + atOnce, codes.count), codes.count)
    }
    await output.commit()
    return { out, count: codes.count }
  } catch (error) {
    await output.abort()
    throw error
  }
}

function checkDimensions({ dimensions }: Codes, spec: ModelSpec, file: string, { name }: TrainedModel): void {
  const needed = codeSize(spec)
  if (dimensions === needed) return
  throw new ExpectedError(
    'bad-input',
    sentence('models.codesNumbersModelTakes', { file, dimensions, name, needed }),
  )
}

function nameImages({ paths, count }: Codes): string[] {
  const names = new ImageNames()
  return Array.from({ length: count }, (_, i) => names.next(paths?.[i] ?? String(i + 1).padStart(6, '0')))
}
