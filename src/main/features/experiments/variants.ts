import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import {
  isTyingVariant,
  tyingOf,
  tyingVariants,
  type Variation,
  variedThings,
  type VariedThing,
} from '../../../shared/experiment'
import type { ModelSpec } from '../../../shared/modelSpec'
import { parseNoise } from '../../../shared/noise'
import { type ConfigChoice, type ModelChoice, planRun, presetNames, type RunPlan } from '../training/runPlan'
import type { Images } from '../training/trainingDataset'

export interface VariantPlan extends RunPlan {
  readonly variant: string
}

const examples: Record<VariedThing, string> = {
  tying: 'tying=tied,untied',
  preset: `preset=${presetNames.slice(0, 2).join(',')}`,
  code: 'code=8,16,32',
  noise: 'noise=none,gaussian:25',
  'learning-rate': 'learning-rate=0.001,0.003',
}
const most = 12

/** Reads `tying=tied,untied`. @throws ExpectedError `bad-usage` */
export function parseVariation(text: string): Variation {
  const at = text.indexOf('=')
  const what = text.slice(0, Math.max(0, at)).trim()
  const values = text
    .slice(at + 1)
    .split(',')
    .map((value) => value.trim())
    .filter(Boolean)
  const known = variedThings.find((name) => name === what)
  if (!known)
    throw new ExpectedError(
      'bad-usage',
      sentence('experiments.sayWhatVariesHow', {
        variedThings: variedThings.join(', '),
        tying: examples.tying,
      }),
    )
  if (values.length === 0)
    throw new ExpectedError(
      'bad-usage',
      sentence('experiments.sayWhatExample', { known, examples: examples[known] }),
    )
  if (values.length > most)
    throw new ExpectedError('bad-usage', sentence('experiments.experimentComparesVariantsMost', { most }))
  const twice = values.find((value, i) => values.indexOf(value) < i)
  if (twice !== undefined)
    throw new ExpectedError('bad-usage', sentence('experiments.twiceLeaveOneThem', { twice }))
  const other = known === 'tying' && values.find((value) => !isTyingVariant(value))
  if (other)
    throw new ExpectedError(
      'bad-usage',
      sentence('experiments.noWayTyingChoose', { other, tyingVariants: tyingVariants.join(', ') }),
    )
  return { what: known, values }
}

/**
 * What is trained for each variant, all else being equal. Settings that were asked for hold for all of them.
 * @throws ExpectedError naming the variant that cannot be trained
 */
export async function planVariants(
  images: Images,
  { what, values }: Variation,
  model: ModelChoice,
  config: ConfigChoice,
): Promise<VariantPlan[]> {
  const base = what === 'preset' ? null : await planRun(images, model, config)
  const plans: VariantPlan[] = []
  for (const variant of values) {
    try {
      const plan = base
        ? await changed(images, base, what, variant)
        : await planRun(images, { ...model, preset: variant }, config)
      plans.push({ ...plan, variant })
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error
      throw new ExpectedError(
        error.code,
        values.length === 1
          ? error.message
          : sentence('experiments.variantCannotBe', { variant, reason: error.message }),
      )
    }
  }
  return plans
}

async function changed(images: Images, base: RunPlan, what: VariedThing, variant: string): Promise<RunPlan> {
  const { spec, config, preset, notes } = base
  const plan = async (model: ModelSpec, changes: Partial<RunPlan['config']> = {}) => ({
    ...(await planRun(images, { spec: model, fromPreset: preset }, { ...config, ...changes })),
    notes,
  })
  switch (what) {
    case 'tying': {
      if (!isTyingVariant(variant))
        throw new ExpectedError('bad-usage', sentence('experiments.noWayTying', { variant }))
      const { pretraining, ...tied } = tyingOf[variant]
      const first = pretraining ? { kind: pretraining, share: config.pretraining?.share ?? 0.5 } : null
      return plan({ ...spec, ...tied }, { pretraining: first })
    }
    case 'code':
      return plan(withCode(spec, variant))
    case 'noise':
      return plan(spec, { noise: variant === 'none' ? null : parseNoise(variant) })
    case 'learning-rate':
      return plan(spec, { optimizer: { ...config.optimizer, learningRate: rateOf(variant) } })
    case 'preset':
      return planRun(images, { preset: variant }, {})
  }
}

function withCode(spec: ModelSpec, variant: string): ModelSpec {
  const units = Number(variant)
  const last = spec.encoder.at(-1)
  if (!/^\d+$/.test(variant) || units < 1 || units > 65_536)
    throw new ExpectedError('bad-usage', sentence('experiments.codeWholeNumberNumbers', { variant }))
  if (last?.type !== 'dense')
    throw new ExpectedError('bad-usage', sentence('experiments.codeNetworkNotDense'))
  return { ...spec, encoder: [...spec.encoder.slice(0, -1), { ...last, units }] }
}

function rateOf(variant: string): number {
  const rate = Number(variant)
  if (rate > 0 && rate <= 100) return rate
  throw new ExpectedError('bad-usage', sentence('experiments.learningRateNumberAbove', { variant }))
}

/** Some thirty steps an epoch or more, as far as the images go. */
export const batchFor = (count: number): number => [128, 64, 32].find((size) => count >= 30 * size) ?? 16
