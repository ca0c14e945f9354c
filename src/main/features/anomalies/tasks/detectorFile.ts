import { z } from 'zod'
import { anomalyScoreSchema } from '../../../../shared/anomalies'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import type { ModelSpec } from '../../../../shared/modelSpec'
import type { DetectorState } from '../../../engine/anomalies/detector'
import { mapKinds, measureNames } from '../../../engine/anomalies/measures'
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../../store/safetensors'

const floats = z.instanceof(Float32Array)
const doubles = z.instanceof(Float64Array)
const integers = z.instanceof(Int32Array)
const usual = z.object({ mean: z.number(), spread: z.number() })
const pca = z.object({
  dimensions: z.number().int(),
  components: z.number().int(),
  mean: doubles,
  axes: doubles,
  variance: doubles,
  varianceRatio: doubles,
})
const gaussian = z.object({
  pca: pca.nullable(),
  dimensions: z.number().int(),
  mean: doubles,
  whitening: doubles,
  shrinkage: z.number(),
  count: z.number().int(),
})
const neighbors = z.object({
  vectors: floats,
  dimensions: z.number().int(),
  local: floats,
  floor: z.number(),
})
const scale = z.object({
  factor: z.number().int(),
  center: floats,
  whitening: floats,
  offset: floats,
  usual,
  quiet: usual,
  pieces: z.object({ vectors: floats, axes: floats, pace: z.number().int(), usual }),
})
const name = z.enum(measureNames)

/** All that a detector knows besides its model. */
const stateSchema = z.object({
  kind: anomalyScoreSchema,
  mapKind: z.enum(mapKinds),
  calibrations: z.array(z.object({ name, median: z.number(), spread: z.number(), isEven: z.boolean() })),
  normal: doubles,
  threshold: z.number(),
  heatAt: z.number(),
  usualHeat: z.number(),
  kept: integers,
  compared: integers,
  measured: z.partialRecord(name, floats),
  measures: z.object({
    names: z.array(name),
    features: neighbors.nullable(),
    codes: neighbors.nullable(),
    gaussian: gaussian.nullable(),
    appearance: z.object({ gaussian, scales: floats }).nullable(),
    patches: z.array(scale).nullable(),
    typical: z.array(z.number()),
  }),
}) satisfies z.ZodType<DetectorState>

export interface KeptDetector {
  /** Whether the images that are looked through are those that it was fitted on. */
  readonly own: boolean
  readonly state: DetectorState
}

/** Of what the numbers mean: a detector of another version is fitted anew. */
const version = '2'

/** Replaces the file whole or not at all. @throws ExpectedError when it cannot be written */
export async function writeDetector(
  file: string,
  spec: ModelSpec,
  { own, state }: KeptDetector,
): Promise<void> {
  const tensors: Record<string, StoredTensor> = {}
  const written = { ...state, kept: Int32Array.from(state.kept), compared: Int32Array.from(state.compared) }
  const metadata = {
    version,
    spec: JSON.stringify(spec),
    own: String(own),
    state: JSON.stringify(withoutArrays(written, '', tensors)),
  }
  await writeSafetensors(file, { tensors, metadata })
}

/** @throws ExpectedError where it is not there, damaged, of another version, or of another model */
export async function readDetector(file: string, spec: ModelSpec): Promise<KeptDetector> {
  const { tensors, metadata } = await readSafetensors(file)
  if (metadata.version !== version || metadata.spec !== JSON.stringify(spec))
    throw new ExpectedError('bad-input', sentence('anomalies.otherVersion', { file }))
  const parsed = stateSchema.safeParse(withArrays(JSON.parse(metadata.state ?? 'null'), tensors))
  if (parsed.success) return { own: metadata.own === 'true', state: parsed.data }
  throw new ExpectedError('bad-input', sentence('anomalies.detectorDamaged', { file }), {
    cause: parsed.error,
  })
}

const tensorKey = '$tensor'

/** The same as JSON holds it, its arrays put among the tensors under their paths. */
function withoutArrays(value: unknown, path: string, tensors: Record<string, StoredTensor>): unknown {
  const stored = asTensor(value)
  if (stored) {
    tensors[path] = stored
    return { [tensorKey]: path }
  }
  if (Array.isArray(value)) return value.map((one, i) => withoutArrays(one, `${path}/${i}`, tensors))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    withoutArrays(one, `${path}/${key}`, tensors),
  ])
  return Object.fromEntries(entries)
}

function withArrays(value: unknown, tensors: Readonly<Record<string, StoredTensor>>): unknown {
  if (Array.isArray(value)) return value.map((one) => withArrays(one, tensors))
  if (typeof value !== 'object' || value === null) return value
  const path: unknown = (value as Record<string, unknown>)[tensorKey]
  if (typeof path === 'string') return tensors[path]?.data
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withArrays(one, tensors)]))
}

function asTensor(value: unknown): StoredTensor | null {
  const of = (data: { readonly length: number }) => ({ shape: [data.length] })
  if (value instanceof Float32Array) return { dtype: 'F32', ...of(value), data: value }
  if (value instanceof Float64Array) return { dtype: 'F64', ...of(value), data: value }
  if (value instanceof Int32Array) return { dtype: 'I32', ...of(value), data: value }
  return null
}
