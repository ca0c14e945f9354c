import type { z } from 'zod'
import { checkPretraining } from '../../../shared/checkPretraining'
import { checkDatasetFits } from '../../../shared/checkDatasetFits'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import {
  type CopyMoment,
  type Initializer,
  type InputShape,
  type ModelSpec,
  modelSpecSchema,
  type Tying,
} from '../../../shared/modelSpec'
import { defaultPreset, type TrainingConfig, trainingConfigSchema } from '../../../shared/trainingConfig'
import { findPreset, presets, specFromPreset } from '../../engine/models/presets'
import { readRegular } from '../../store/regularFile'
import type { Images } from './trainingDataset'

/** What a person may set; everything else comes from the preset, the spec or the defaults. */
export interface ModelChoice {
  readonly preset?: string
  /** Path of a ModelSpec as JSON. */
  readonly specFile?: string
  /** The spec of a model to start from. */
  readonly initialSpec?: ModelSpec
  /** The spec itself, and the preset that it was made from. */
  readonly spec?: ModelSpec
  readonly fromPreset?: string | null
  readonly tying?: Tying
  readonly copyEvery?: CopyMoment
  readonly initializer?: Initializer
  readonly seed?: number
  /** Width and number of convolutions, for a network of convolutions that restores images. */
  readonly filters?: number
  readonly depth?: number
}

export type ConfigChoice = z.input<typeof trainingConfigSchema>

export interface RunPlan {
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  readonly preset: string | null
  /** Sentences for a person. */
  readonly notes: readonly string[]
}

export const presetNames = presets.map(({ name }) => name)

/** Whether a preset learns on patches of larger images. */
export const trainsOnPatches = (preset: string) => findPreset(preset).onPatches === true

/** @throws ExpectedError `bad-usage`, `bad-spec` or `not-found` */
export async function planRun(images: Images, model: ModelChoice, config: ConfigChoice): Promise<RunPlan> {
  const { width, height, channels } = images
  const { spec, preset, training, notes } = await chooseModel({ width, height, channels }, model)
  checkTying(model)
  checkStart(spec, model)
  const changed = checkedSpec({
    ...resized(spec, model),
    tying: model.tying ?? spec.tying,
    copyEvery: model.copyEvery ?? spec.copyEvery,
    initializer: model.initializer ?? spec.initializer,
    seed: model.seed ?? spec.seed,
  })
  const merged = mergeConfig(training, config)
  checkPretraining(changed, merged)
  checkDatasetFits(images, spec.input, merged.patches)
  return { spec: changed, config: merged, preset, notes }
}

/** What was chosen for a spec may not go with it. @throws ExpectedError `bad-spec` */
function checkedSpec(spec: ModelSpec): ModelSpec {
  const parsed = modelSpecSchema.safeParse(spec)
  if (parsed.success) return parsed.data
  throw new ExpectedError('bad-spec', parsed.error.issues[0]!.message)
}

/** @throws ExpectedError `bad-usage` for a model that is not a stack of convolutions */
function resized(spec: ModelSpec, { filters, depth }: ModelChoice): ModelSpec {
  if (filters === undefined && depth === undefined) return spec
  const [first] = spec.encoder
  if (spec.decoder !== 'convolution' || first?.type !== 'conv')
    throw new ExpectedError('bad-usage', sentence('training.filtersDepthCanSet'))
  // The last convolution is the decoder.
  const layers = depth === undefined ? spec.encoder.length : depth - 1
  const layer = { ...first, filters: filters ?? first.filters }
  return { ...spec, encoder: Array.from({ length: layers }, () => layer) }
}

/** A decoder of its own cannot become its encoder's transpose again. */
function checkTying({ initialSpec, tying }: ModelChoice): void {
  const own = initialSpec?.tying === 'untied' || initialSpec?.tying === 'pseudo-inverse'
  if (own && tying !== undefined && tying !== 'untied' && tying !== initialSpec.tying)
    throw new ExpectedError(
      'bad-input',
      sentence('training.decoderModelWouldLost', { tying: initialSpec.tying, tying2: tying }),
    )
}

/** @throws ExpectedError `bad-usage` for what would have no effect */
function checkStart(
  spec: ModelSpec,
  { initialSpec, tying = spec.tying, copyEvery, initializer }: ModelChoice,
): void {
  if (copyEvery !== undefined && tying !== 'copied' && tying !== 'pseudo-inverse')
    throw new ExpectedError('bad-usage', sentence('training.decoderNothingCopiedInto', { tying }))
  if (initialSpec && initializer !== undefined)
    throw new ExpectedError('bad-usage', sentence('training.weightsAreStart'))
}

async function chooseModel(
  input: InputShape,
  { preset, specFile, initialSpec, spec, fromPreset }: ModelChoice,
) {
  if ([preset, specFile, initialSpec].filter((choice) => choice !== undefined).length > 1)
    throw new ExpectedError('bad-usage', sentence('training.oneOfThree'))
  // Weights may go on with another loss.
  if (spec) return { spec, preset: fromPreset ?? null, training: {}, notes: [] }
  if (initialSpec) return { spec: initialSpec, preset: null, training: {}, notes: [] }
  if (specFile) return { spec: await readSpec(specFile, input), preset: null, training: {}, notes: [] }
  const chosen = findPreset(preset ?? defaultPreset)
  return { ...specFromPreset(chosen, input), preset: chosen.name, training: chosen.training }
}

/** A spec without an input gets the dataset's. */
export async function readSpec(path: string, input: InputShape): Promise<ModelSpec> {
  const text = (await readRegular(path)).toString('utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ExpectedError(
      'bad-spec',
      sentence('training.specNotJson', { path, what: (error as Error).message }),
    )
  }
  const parsed = modelSpecSchema.safeParse(typeof json === 'object' && json ? { input, ...json } : json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue!.path.length ? ` at ${issue!.path.join('.')}` : ''
  throw new ExpectedError(
    'bad-spec',
    sentence('training.notModelSpec', { path, place, reason: issue!.message }),
  )
}

function mergeConfig(preset: ConfigChoice, choice: ConfigChoice): TrainingConfig {
  const given = Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined))
  const optimizer = { ...preset.optimizer, ...choice.optimizer }
  const parsed = trainingConfigSchema.safeParse({ ...preset, ...given, optimizer })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ExpectedError('bad-usage', `${issue!.path.join('.')}: ${issue!.message}`)
}
