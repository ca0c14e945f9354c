import { type ModelSpec, modelSpecSchema } from '../../../shared/modelSpec'
import { specKey } from '../exporters/exporter'
import { encoderKernel, parametersOf } from '../models/autoencoder'
import { explicitWeights, type Weight } from '../models/weights'
import { type ImportedModel, unreadable } from './importedModel'

/**
 * The model that an export of Hourglass says it is.
 * @param metadata pairs of text; null where there is no spec among them
 * @param weightOf a kernel or bias by its name
 * @throws ExpectedError `bad-input` for a spec that is none, or weights that it has not
 */
export function ownModel(
  metadata: Readonly<Record<string, unknown>>,
  weightOf: (name: string) => Weight | null,
  file: string,
): ImportedModel | null {
  const text = metadata[specKey]
  if (typeof text !== 'string') return null
  const spec = parseSpec(text, file)
  const { trained, copies } = parametersOf(spec)
  const weights: Record<string, Weight> = {}
  for (const { name } of [...trained, ...copies]) {
    const weight = weightOf(name)
    if (!weight)
      throw unreadable(
        file,
        `it lacks ${name}, which its model needs. An encoder or a decoder alone cannot be imported: export the model whole`,
      )
    weights[name] = weight
  }
  const about = Object.fromEntries(
    Object.entries(metadata).filter(
      (pair): pair is [string, string] => pair[0] !== specKey && typeof pair[1] === 'string',
    ),
  )
  const untied = trainedApart(spec, weights, weightOf)
  return {
    spec: untied ? { ...spec, tying: 'untied' } : spec,
    weights: untied ?? weights,
    name: about.name ?? null,
    about,
    notes: untied
      ? [
          'The decoder is no longer the transpose of the encoder: it was trained apart. The model is untied now.',
        ]
      : [],
  }
}

function parseSpec(text: string, file: string): ModelSpec {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw unreadable(file, 'what it says of its model is not JSON', error)
  }
  const parsed = modelSpecSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw unreadable(
    file,
    `its model is none that this version of Hourglass knows (${parsed.error.issues[0]!.message})`,
  )
}

/** The weights of a tied model whose decoder came along and differs, as those of an untied one; null otherwise. */
function trainedApart(
  spec: ModelSpec,
  weights: Readonly<Record<string, Weight>>,
  weightOf: (name: string) => Weight | null,
): Record<string, Weight> | null {
  if (spec.tying !== 'tied' || spec.decoder !== 'mirror' || !weights[encoderKernel(0)]) return null
  const fits = parametersOf(spec).trained.every(
    ({ name, shape }) => weights[name]!.shape.join() === shape.join(),
  )
  if (!fits) return null
  const values = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data]))
  const tied = explicitWeights(spec, values)
  const decoder = Object.keys(tied)
    .filter((name) => !weights[name])
    .map((name) => [name, weightOf(name)] as const)
  if (decoder.some(([, weight]) => !weight)) return null
  const differs = decoder.some(([name, weight]) =>
    weight!.data.some((value, i) => value !== tied[name]!.data[i]),
  )
  return differs ? { ...weights, ...Object.fromEntries(decoder as [string, Weight][]) } : null
}
