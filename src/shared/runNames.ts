import { freeName, longestName } from './freeName'
import { describeLayers } from './layerSizes'
import { activationOf, codeSize, hasCode, type ModelSpec } from './modelSpec'
import { formatNoise } from './noise'
import { filled, type Language, type Texts, textsIn } from './texts'
import type { TrainingConfig } from './trainingConfig'

export type NamingKey = keyof Texts['runs']['naming']
/** Says a part of a name in a person's language. */
export type SayPart = (key: NamingKey, value: string) => string

export const sayIn =
  (language: Language): SayPart =>
  (key, value) =>
    filled(textsIn(language).runs.naming[key], { value })
const inEnglish = sayIn('en')

/** A run as far as its name tells of it. */
export interface NamedSetup {
  readonly datasetName: string
  readonly spec: ModelSpec
  readonly config: TrainingConfig
}

/** What a new run is called: photos, convolutional, 64 numbers. */
export function nameOfRun(datasetName: string, spec: ModelSpec, say: SayPart = inEnglish): string {
  const numbers = hasCode(spec) ? [say('numbers', String(codeSize(spec)))] : []
  const tying =
    spec.decoder === 'mirror' && !spec.network && spec.tying !== 'tied' ? [say(spec.tying, '')] : []
  return [datasetName, say(kindOf(spec), ''), ...numbers, ...tying].join(', ')
}

/** More differences than this are not all told. */
const mostTold = 3

/**
 * What a run is called that repeats another one with changes: what the one before is called, and what differs. A part of that
 * name that is not true any more makes place for the new one. Where nothing differs: photos, again; then photos, again 2.
 *
 * @param taken names that other runs have
 */
export function nameOfDifference(
  before: NamedSetup & { readonly name: string },
  after: NamedSetup,
  taken: readonly string[] = [],
  say: SayPart = inEnglish,
): string {
  const again = say('again', '')
  const parts = before.name.split(', ').filter((part) => part.replace(/ \d+$/, '') !== again)
  const told = differences(before, after, say)
  for (const { was, is } of told.slice(0, mostTold)) {
    const at = was === null ? -1 : parts.findIndex((part) => part === was)
    if (at >= 0) parts[at] = is
    else parts.push(is)
  }
  if (told.length > mostTold) parts.push('…')
  if (told.length === 0) parts.push(again)
  return freeName(shortened(parts), taken)
}

/** The first part and as many of the last ones as there is room for. */
function shortened(parts: readonly string[]): string {
  const kept = [...parts]
  while (kept.length > 2 && kept.join(', ').length > longestName - 4) kept.splice(1, 1)
  return kept.join(', ')
}

interface Difference {
  /** How the name before may say it; null where it does not. */
  readonly was: string | null
  readonly is: string
}

function differences(before: NamedSetup, after: NamedSetup, say: SayPart): Difference[] {
  const dataset = { was: before.datasetName, is: after.datasetName }
  const all = [
    ...(dataset.was === dataset.is ? [] : [dataset]),
    ...ofNetworks(before.spec, after.spec, say),
    ...ofConfigs(before.config, after.config, say),
  ]
  if (all.length > 0 || JSON.stringify(rest(before)) === JSON.stringify(rest(after))) return all
  return [{ was: null, is: say('otherSettings', '') }]
}

/** Without what names say nothing of. */
const rest = ({ spec, config }: NamedSetup) => ({ spec: { ...spec, name: undefined }, config })

function ofNetworks(before: ModelSpec, after: ModelSpec, say: SayPart): Difference[] {
  const pair = (part: (spec: ModelSpec) => string): Difference[] => {
    const [was, is] = [part(before), part(after)]
    return was === is || is === '' ? [] : [{ was: was || null, is }]
  }
  const kind = pair((spec) => say(kindOf(spec), ''))
  const numbers = pair((spec) => (hasCode(spec) ? say('numbers', String(codeSize(spec))) : ''))
  const activations = pair((spec) => say('activation', spec.encoder.map(activationOf).find(Boolean) ?? ''))
  const layers = pair((spec) => say('layers', describeLayers(spec)))
  const isPlain = after.encoder.every(({ type }) => type === 'dense')
  const ofLayers = isPlain ? layers : layers.map(({ was }) => ({ was, is: say('otherLayers', '') }))
  const isTold = kind.length + numbers.length > 0
  return [
    ...kind,
    ...numbers,
    ...(isTold ? [] : ofLayers),
    ...(isTold || layers.length > 0 ? [] : activations),
    ...pair((spec) => (spec.decoder === 'mirror' && !spec.network ? say(spec.tying, '') : '')),
    ...pair((spec) => say('loss', spec.loss)),
  ]
}

function ofConfigs(before: TrainingConfig, after: TrainingConfig, say: SayPart): Difference[] {
  const pair = (part: (config: TrainingConfig) => string): Difference[] => {
    const [was, is] = [part(before), part(after)]
    return was === is ? [] : [{ was, is }]
  }
  const budget = ({ budgetMs }: TrainingConfig) => {
    if (budgetMs === null) return say('noBudget', '')
    return budgetMs < 60_000
      ? say('seconds', String(Math.round(budgetMs / 1000)))
      : say('minutes', String(Math.round(budgetMs / 60_000)))
  }
  return [
    ...pair(({ noise }) => (noise ? say('noise', formatNoise(noise)) : say('noNoise', ''))),
    ...pair(budget),
    // With a budget the number of epochs follows from the speed.
    ...(after.budgetMs === null ? pair(({ epochs }) => say('epochs', String(epochs))) : []),
    ...pair(({ optimizer }) => say('learningRate', String(optimizer.learningRate))),
    ...pair(({ optimizer }) => say('optimizer', optimizer.name)),
    ...pair(({ schedule }) => say('schedule', schedule.name)),
    ...pair(({ batchSize }) => say('batchSize', String(batchSize))),
    ...pair(({ seed }) => say('seed', String(seed))),
  ]
}

function kindOf(spec: ModelSpec): 'imported' | 'denoiser' | 'convolutional' | 'dense' {
  if (spec.network) return 'imported'
  if (spec.decoder === 'convolution' || !hasCode(spec)) return 'denoiser'
  return spec.encoder.some(({ type }) => type === 'conv') ? 'convolutional' : 'dense'
}
