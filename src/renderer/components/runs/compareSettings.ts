import type { RunSummary } from '../../../shared/api/library'
import { layerSizes } from '../../../shared/layerSizes'
import { activationOf } from '../../../shared/modelSpec'
import { formatNoise } from '../../../shared/noise'
import type { Augmentation } from '../../../shared/trainingConfig'
import { formatCount, formatDuration } from '../../composables/format'

export interface ComparedSetting {
  readonly key: string
  readonly values: readonly string[]
  readonly differs: boolean
}

/** Settings of several runs side by side, by the names that they have in a run's files. */
export function compareSettings(runs: readonly RunSummary[]): ComparedSetting[] {
  const all = runs.map(settingsOf)
  const keys = [...new Set(all.flatMap((settings) => Object.keys(settings)))]
  return keys.map((key) => {
    const values = all.map((settings) => settings[key] ?? '–')
    return { key, values, differs: new Set(values).size > 1 }
  })
}

function settingsOf({
  datasetName,
  images,
  spec,
  config,
  runtime,
  device,
  preset,
}: RunSummary): Record<string, string> {
  const { optimizer, schedule, noise, patches, augmentation, budgetMs, pretraining, ...rest } = config
  const sizes = layerSizes(spec)
  const layers = spec.network
    ? sizes.join(', ')
    : spec.encoder.map((layer, i) => `${sizes[i]} ${activationOf(layer) ?? 'pool'}`).join(', ')
  return {
    dataset: datasetName,
    images: formatCount(images),
    preset: preset ?? '–',
    layers,
    ...(spec.decoder === 'mirror' ? { tying: spec.tying } : {}),
    ...(spec.tying === 'copied' ? { copyEvery: spec.copyEvery } : {}),
    output: spec.output.activation,
    loss: spec.loss,
    initializer: spec.initializer,
    modelSeed: String(spec.seed),
    noise: noise ? formatNoise(noise) : '–',
    patches: patches ? formatCount(patches.perImage) : '–',
    augmentation: augmentation ? describeAugmentation(augmentation) : '–',
    ...(pretraining ? { pretraining: `${pretraining.kind} ${pretraining.share}` } : {}),
    budgetMs: budgetMs === null ? '–' : formatDuration(budgetMs),
    ...Object.fromEntries(
      Object.entries(rest).map(([key, value]) => {
        if (value === null) return [key, '–']
        return [key, counts.has(key) ? formatCount(value) : String(value)]
      }),
    ),
    optimizer: optimizer.name,
    ...Object.fromEntries(
      Object.entries(optimizer)
        .filter(([key]) => key !== 'name' && isUsed(optimizer.name, key))
        .map(([key, value]) => [key, String(value)]),
    ),
    schedule: Object.values(schedule).join(' '),
    runtime: `${runtime} ${device}`,
  }
}

/** Settings that count something; a seed, say, does not. */
const counts: ReadonlySet<string> = new Set(['epochs', 'batchSize', 'imagesPerEpoch'])

const describeAugmentation = ({ flip, shift }: Augmentation) =>
  [...(flip ? ['flip'] : []), ...(shift > 0 ? [`shift ${shift}`] : [])].join(', ') || '–'

const usedBy: Record<string, readonly string[]> = {
  beta1: ['adam', 'adamw'],
  beta2: ['adam', 'adamw'],
  epsilon: ['adam', 'adamw', 'rmsprop'],
  momentum: ['sgd', 'rmsprop'],
  decay: ['rmsprop'],
  weightDecay: ['adamw'],
}
const isUsed = (optimizer: string, key: string) => usedBy[key]?.includes(optimizer) ?? true
