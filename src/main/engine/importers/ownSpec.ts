import { type ModelSpec, modelSpecSchema } from '../../../shared/modelSpec'
import { specKey } from '../exporters/exporter'
import { decoderKernel, kernelLayers, mirrored, parametersOf } from '../models/autoencoder'
import { untransposedKernel, type Weight } from '../models/weights'
import { type ImportedModel, parseJson, unreadable } from './importedModel'
import { sentence } from '../../../shared/texts/sentence'

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
  const { [specKey]: text, ...rest } = metadata
  if (typeof text !== 'string') return null
  return modelOfSpec(parseJson(Buffer.from(text), file, 'what it says of its model'), rest, weightOf, file)
}

/** The same where the spec is at hand. @param described the spec, not checked yet */
export function modelOfSpec(
  described: unknown,
  metadata: Readonly<Record<string, unknown>>,
  weightOf: (name: string) => Weight | null,
  file: string,
): ImportedModel {
  const spec = checkedSpec(described, file)
  const { trained, copies } = parametersOf(spec)
  const weights: Record<string, Weight> = {}
  for (const { name } of [...trained, ...copies]) {
    const weight = weightOf(name)
    if (!weight) throw unreadable(file, sentence('importing.lacksPart', { name }))
    weights[name] = weight
  }
  const about = Object.fromEntries(
    Object.entries(metadata).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
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

function checkedSpec(described: unknown, file: string): ModelSpec {
  const parsed = modelSpecSchema.safeParse(described)
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
  if (spec.tying !== 'tied' || spec.decoder !== 'mirror') return null
  const fits = parametersOf(spec).trained.every(
    ({ name, shape }) => weights[name]!.shape.join() === shape.join(),
  )
  if (!fits) return null
  const names = kernelLayers(spec).map(({ layer }) => decoderKernel(mirrored(spec, layer)))
  const all = { ...weights }
  for (const name of names) {
    const weight = weightOf(name)
    if (!weight) return null
    all[name] = weight
  }
  return untransposedKernel(spec, all) === null ? null : all
}
