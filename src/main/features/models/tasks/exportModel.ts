import { join } from 'node:path'
import { madeOf } from '../../../engine/lazily'
import { exportFormat } from '../../../engine/exporters/formats'
import type { ExportedFile } from '../../../engine/exporters/exporter'
import { storedWeights } from '../../../engine/exporters/precision'
import { explicitWeights } from '../../../engine/models/weights'
import { safetensorsInPieces, type StoredTensor } from '../../../store/safetensors'
import { explainFileError } from '../../../store/fileErrors'
import { writePieces } from '../../../store/writePieces'
import { readParameters } from '../../../worker/loadModel'
import { release } from '../../../worker/release'
import { prepareCheck } from './checkExport'
import type { ExportedAs } from '../../../../shared/exporting'
import type { TrainingConfig } from '../../../../shared/trainingConfig'
import type { ModelFiles } from '../../../worker/protocol'

/** A model as files of another format in an empty folder, which are checked where a reader is at hand. */
interface Export {
  params: {
    model: ModelFiles
    as: ExportedAs
    about: Readonly<Record<string, string>>
    training: TrainingConfig
    folder: string
  }
  /** What was written, with its size in bytes. */
  result: { files: readonly { readonly path: string; readonly bytes: number }[] }
  event: never
}

/** In an order that has large weights in memory once: what reads the files again does so when they are gone. */
export async function exportModel(params: Export['params']): Promise<Export['result']> {
  const { model, as, about, training, folder } = params
  const { spec } = model
  const { format, precision, ...options } = as
  const exporter = await exportFormat(format).load?.()
  if (!exporter) throw new Error(`No exporter writes ${format}.`)
  const values = await readParameters(model)
  const weights = storedWeights(explicitWeights(spec, values), precision)
  // Not a tied decoder's, which only some formats write out.
  const parameters = Object.fromEntries(Object.keys(values).map((name) => [name, weights[name]!.data]))
  const check = exporter.reader && (await prepareCheck(spec, parameters, as, exporter.reader))
  const written = await Promise.resolve(
    exporter.write({ spec, weights, about, training }, { ...options, precision, scratch: folder }),
  ).catch((error: unknown) => {
    throw explainFileError(error, folder)
  })
  const files: Export['result']['files'][number][] = []
  for (const file of written)
    files.push({ path: file.path, bytes: await writePieces(join(folder, file.path), contentOf(file)) })
  await release([...Object.values(values), ...madeOf(weights).map(({ data }) => data)])
  await check?.(folder)
  return { files }
}

function contentOf(file: ExportedFile): Iterable<Uint8Array> {
  if ('content' in file) return file.content
  const tensors = Object.entries(file.weights).map(([name, { shape, stored }]): [string, StoredTensor] => {
    if (stored instanceof Float32Array) return [name, { dtype: 'F32', shape: [...shape], data: stored }]
    if (stored.dtype === 'float16') return [name, { dtype: 'F16', shape: [...shape], data: stored.data }]
    throw new Error('Safetensors files hold no scaled bytes.')
  })
  return safetensorsInPieces(Object.fromEntries(tensors), { ...file.metadata })
}
