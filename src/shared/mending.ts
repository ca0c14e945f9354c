import { assertNever } from './errors'
import { hasCode, type LayerSpec, type ModelSpec } from './modelSpec'
import type { FindingKind } from './run'
import type { OptimizerConfig, ScheduleConfig, TrainingConfig } from './trainingConfig'

/** What is done differently, one word for each change that a person is told of. */
export const mendChanges = [
  'lower-rate',
  'relu',
  'leaky-relu',
  'augmentation',
  'early-stop',
  'smaller',
] as const
export type MendChange = (typeof mendChanges)[number]

/** How to start again so that what went wrong does not happen again. */
export interface Mend {
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** At least one. */
  readonly changes: readonly MendChange[]
}

/** At a rate below this a lower one is no remedy. */
const leastRate = 1e-6
const largestRates = { adam: 0.003, adamw: 0.003, rmsprop: 0.003, sgd: 0.05 } as const

/** A quarter of the rate, and never more than what its optimizer usually takes; two digits, rounded down. */
export function lowerRate({ name, learningRate }: Pick<OptimizerConfig, 'name' | 'learningRate'>): number {
  const lower = Math.min(learningRate / 4, largestRates[name])
  const unit = 10 ** (Math.floor(Math.log10(lower)) - 1)
  // The addend keeps 0.00025, which is 2.4999… units, from becoming 0.00024.
  return Number((Math.floor(lower / unit + 1e-9) * unit).toPrecision(2))
}

/** What a run that found this in itself should change; null where nothing simple helps. */
export function mendFor(kind: FindingKind, spec: ModelSpec, config: TrainingConfig): Mend | null {
  switch (kind) {
    case 'collapsed':
    case 'diverged':
    case 'rate-too-high':
      return withLowerRate(spec, config, [])
    case 'saturated': {
      const open = replaceActivations(spec, ['sigmoid', 'tanh'], 'relu')
      return withLowerRate(open ?? spec, config, open ? ['relu'] : [])
    }
    case 'dead-units': {
      const leaky = replaceActivations(spec, ['relu'], 'leaky-relu')
      return withLowerRate(leaky ?? spec, config, leaky ? ['leaky-relu'] : [])
    }
    case 'overfitting':
      return againstOverfitting(spec, config)
    case 'images-equal':
      return null
    default:
      return assertNever(kind)
  }
}

/** @param first changes that have been made already */
function withLowerRate(spec: ModelSpec, config: TrainingConfig, first: readonly MendChange[]): Mend | null {
  const { optimizer } = config
  if (optimizer.learningRate <= leastRate) return first.length > 0 ? { spec, config, changes: first } : null
  const learningRate = lowerRate(optimizer)
  const lowered = {
    ...config,
    optimizer: { ...optimizer, learningRate },
    schedule: withWarmup(config.schedule, config.epochs),
  }
  return { spec, config: lowered, changes: [...first, 'lower-rate'] }
}

/** A rise over the first three epochs, at most a tenth of them all. A plateau's rate lowers itself and stays as it is. */
function withWarmup(schedule: ScheduleConfig, epochs: number): ScheduleConfig {
  const warmup = Math.min(0.1, 3 / epochs)
  if (schedule.name === 'constant') return { name: 'cosine', floor: 0.05, hold: 0, warmup }
  if (schedule.name === 'cosine') return { ...schedule, warmup: Math.max(schedule.warmup, warmup) }
  return schedule
}

/** Inside the network only: what comes out of it keeps its activation. Null where none of them is there. */
function replaceActivations(
  spec: ModelSpec,
  from: readonly string[],
  to: 'relu' | 'leaky-relu',
): ModelSpec | null {
  let isChanged = false
  const encoder = spec.encoder.map((layer): LayerSpec => {
    if (layer.type === 'pool' || !from.includes(layer.activation)) return layer
    isChanged = true
    return { ...layer, activation: to }
  })
  return isChanged ? { ...spec, encoder } : null
}

/** More images out of those that there are; where that has been tried, a smaller network. Both end earlier. */
function againstOverfitting(spec: ModelSpec, config: TrainingConfig): Mend | null {
  const changes: MendChange[] = []
  let [mendedSpec, mended] = [spec, config]
  if (config.patches && !config.patches.augment) {
    mended = { ...mended, patches: { ...config.patches, augment: true } }
    changes.push('augmentation')
  } else if (!config.patches && !config.augmentation) {
    // Digits and letters are not mirrored; photographs may be.
    const augmentation = { flip: spec.input.channels === 3, shift: 0.05 }
    mended = { ...mended, augmentation }
    changes.push('augmentation')
  } else {
    const smaller = halved(spec)
    if (smaller) {
      mendedSpec = smaller
      changes.push('smaller')
    }
  }
  if (config.patience === 0) {
    mended = { ...mended, patience: Math.min(20, Math.max(3, Math.round(config.epochs / 10))) }
    changes.push('early-stop')
  }
  return changes.length > 0 ? { spec: mendedSpec, config: mended, changes } : null
}

/** Half as wide between the input and the code, which keeps its size. Null where there is nothing in between. */
function halved(spec: ModelSpec): ModelSpec | null {
  const keepsLast = hasCode(spec)
  const code = spec.encoder.at(-1)
  const least = code?.type === 'dense' ? code.units : 1
  let isChanged = false
  const half = (size: number, atLeast: number) => {
    const smaller = Math.min(size, Math.max(atLeast, Math.ceil(size / 2)))
    isChanged ||= smaller < size
    return smaller
  }
  const encoder = spec.encoder.map((layer, i): LayerSpec => {
    if (keepsLast && i === spec.encoder.length - 1) return layer
    if (layer.type === 'dense') return { ...layer, units: half(layer.units, least) }
    return layer.type === 'conv' ? { ...layer, filters: half(layer.filters, 4) } : layer
  })
  return isChanged ? { ...spec, encoder } : null
}

/** How a run that is done can be trained longer. */
export type Longer =
  /** It goes on to so many epochs. */
  | { readonly way: 'resume'; readonly epochs: number }
  /** Its schedule was made for its budget: a new run with a larger one. */
  | { readonly way: 'again'; readonly config: TrainingConfig; readonly budgetMs: number }

const budgetsMs = [60_000, 600_000, 3_600_000]
const mostEpochs = 1_000_000

/** Null for a run that ended because it did not get better any more: more epochs would not help it. */
export function longerThan({
  config,
  epochs,
}: {
  readonly config: TrainingConfig
  /** Those that are over. */
  readonly epochs: number
}): Longer | null {
  if (epochs < config.epochs && config.patience > 0) return null
  if (config.budgetMs !== null) {
    const { budgetMs: before } = config
    const budgetMs = budgetsMs.find((budget) => budget > before) ?? 2 * before
    return { way: 'again', config: { ...config, budgetMs }, budgetMs }
  }
  const more = Math.min(mostEpochs, 2 * config.epochs)
  return more > config.epochs ? { way: 'resume', epochs: more } : null
}

/** What the error of a run that failed by divergence says, in every version. */
export const divergedWords = 'training has diverged'

/** Whether a run failed because its loss was no number any more. */
export function hasDiverged({ state, error }: { readonly state: string; readonly error: string | null }) {
  return state === 'failed' && (error?.includes(divergedWords) ?? false)
}

/** The name of a run that was started again: with what is different, and a number where that is not the first time. */
export function mendedName(name: string, words: string): string {
  const room = 120 - words.length - 8
  const suffix = `, ${words}`
  const at = name.lastIndexOf(suffix)
  const tail = at < 0 ? null : /^(?: (\d+))?$/.exec(name.slice(at + suffix.length))
  if (tail) return `${name.slice(0, at + suffix.length)} ${Number(tail[1] ?? 1) + 1}`
  return `${name.slice(0, Math.max(1, room))}${suffix}`
}
