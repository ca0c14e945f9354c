import { exporters } from '../../engine/exporters'
import type { ExportedFile } from '../../engine/exporters/exporter'
import { storedWeights } from '../../engine/exporters/precision'
import { explicitWeights } from '../../engine/models/weights'
import { encodeSafetensors, type StoredTensor } from '../../store/safetensors'
import { readParameters } from '../loadModel'
import type { ComputeTasks } from '../protocol'
import { moving } from '../taskContext'
import { checkExport } from './checkExport'

type Export = ComputeTasks['exportModel']

export async function exportModel({
  model,
  as,
  about,
  training,
}: Export['params']): Promise<Export['result']> {
  const { spec } = model
  const { format, precision, ...options } = as
  const exporter = exporters.get(format)
  if (!exporter) throw new Error(`No exporter writes ${format}.`)
  const weights = storedWeights(explicitWeights(spec, await readParameters(model)), precision)
  const written = await exporter.write({ spec, weights, about, training }, { ...options, precision })
  const files = written.map((file) => ({ path: file.path, bytes: bytesOf(file) }))
  const parameters = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data]))
  await checkExport(files, spec, parameters, as)
  // Buffers of Node's own pool hold other things too, and stay.
  const own = files.filter(({ bytes }) => bytes.byteLength === bytes.buffer.byteLength)
  return moving({ files }, [...new Set(own.map(({ bytes }) => bytes.buffer as ArrayBuffer))])
}

function bytesOf(file: ExportedFile): Uint8Array {
  if ('bytes' in file) return file.bytes
  const tensors = Object.entries(file.weights).map(([name, { shape, stored }]): [string, StoredTensor] => {
    if (stored instanceof Float32Array) return [name, { dtype: 'F32', shape: [...shape], data: stored }]
    if (stored.dtype === 'float16') return [name, { dtype: 'F16', shape: [...shape], data: stored.data }]
    throw new Error('Safetensors files hold no scaled bytes.')
  })
  return encodeSafetensors(Object.fromEntries(tensors), { ...file.metadata })
}
