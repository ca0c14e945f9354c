import type { ImportHints } from '../../../shared/importing'
import { z } from 'zod'
import { fromHalf } from '../files/half'
import type { Weight } from '../models/weights'
import { type ImportedModel, unreadable } from './importedModel'
import { weightNamed } from './keras'
import { layersOf, nameOf, networkSchema } from './layerConfigs'
import { limits } from './limits'
import { modelOfLayers } from './modelOfLayers'
import { ownModel } from './ownSpec'

const entrySchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().min(0)).max(8),
  dtype: z.literal('float32'),
  quantization: z
    .object({ dtype: z.enum(['float16', 'uint8', 'uint16']), min: z.number(), scale: z.number() })
    .partial({ min: true, scale: true })
    .optional(),
})
type Entry = z.infer<typeof entrySchema>

const modelSchema = z.object({
  modelTopology: z.union([networkSchema, z.object({ model_config: networkSchema })]),
  weightsManifest: z.array(
    z.object({ paths: z.array(z.string()).max(10_000), weights: z.array(entrySchema) }),
  ),
  userDefinedMetadata: z.record(z.string(), z.unknown()).default({}),
})

/**
 * A TensorFlow.js layers model: our own, or any other.
 * @param fileBeside the bytes of a file in the same folder
 * @throws ExpectedError
 */
export async function importTensorflowjs(
  json: unknown,
  file: string,
  fileBeside: (name: string) => Promise<Uint8Array>,
  hints: ImportHints,
): Promise<ImportedModel> {
  const parsed = modelSchema.safeParse(json)
  if (!parsed.success)
    throw unreadable(file, 'it describes no layers model (a graph model cannot be trained on, nor read back)')
  const { modelTopology, weightsManifest, userDefinedMetadata } = parsed.data
  const network = 'model_config' in modelTopology ? modelTopology.model_config : modelTopology
  const weights = new Map<string, Weight[]>()
  for (const { paths, weights: entries } of weightsManifest) {
    for (const path of paths)
      if (/[\\/]/.test(path) || path.startsWith('.'))
        throw unreadable(file, `its weights would be in "${path}", and only files beside it are read`)
    const bytes = Buffer.concat(await Promise.all(paths.map(fileBeside)))
    readGroup(bytes, entries, file, weights)
  }
  const byName = new Map(layersOf(network).map((layer) => [nameOf(layer), layer]))
  const weightsOf = (layer: { name?: string; config: Record<string, unknown> }) =>
    weights.get(layer.name ?? String(layer.config.name)) ?? []
  return (
    ownModel(userDefinedMetadata, (name) => weightNamed(name, byName, weightsOf), file) ??
    modelOfLayers(network, weightsOf, hints)
  )
}

/** Adds weights to those of their layers: dense/kernel is the first of the layer dense. */
function readGroup(
  bytes: Uint8Array,
  entries: readonly Entry[],
  file: string,
  found: Map<string, Weight[]>,
): void {
  let at = 0
  for (const entry of entries) {
    const size = entry.shape.reduce((product, side) => product * side, 1)
    const width = { float16: 2, uint8: 1, uint16: 2, none: 4 }[entry.quantization?.dtype ?? 'none']
    if (size > limits.weights || at + size * width > bytes.length)
      throw unreadable(file, `its weights end before ${entry.name} does`)
    const data = floats(entry, new Uint8Array(bytes.subarray(at, at + size * width)).buffer)
    at += size * width
    const layer = entry.name.slice(0, Math.max(0, entry.name.lastIndexOf('/')))
    found.set(layer, [...(found.get(layer) ?? []), { shape: entry.shape, data }])
  }
}

function floats({ quantization }: Entry, buffer: ArrayBuffer): Float32Array {
  if (!quantization) return new Float32Array(buffer)
  const { dtype, min = 0, scale = 1 } = quantization
  if (dtype === 'float16') return fromHalf(new Uint16Array(buffer))
  const values = dtype === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer)
  return Float32Array.from(values, (value) => value * scale + min)
}
