import type { PresetOption } from '../../../shared/api/commands'
import type { ModelSpec } from '../../../shared/modelSpec'
import { pairsNoise } from '../../../shared/noise'
import type { Budget, ImageTraits, TrainingPlan } from '../../../shared/plan'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import { damagedPictures } from '../../store/datasetFiles'
import { type Dataset, readDatasetInfo } from '../../store/datasetStore'
import { measurePlaces } from '../datasets/imageTraits'
import type { ImagePair, PairedFolders } from '../datasets/pairedFolders'
import type { Fence } from '../../base/fence'
import { planPairs, type PairsChoice } from './planPairs'
import { budgetsMs } from './planTraining'

/** What the window proposes for two folders of pictures. @throws ExpectedError where they cannot be learned from */
export async function planForPairs(
  found: PairedFolders,
  budget: Budget,
  fence?: Fence,
): Promise<TrainingPlan> {
  const { traits } = await measurePlaces([found.targets], fence)
  return planned(found, traits, budget, { fence })
}

/** And for a dataset that was made of them. */
export async function planForPairedDataset(
  dataset: Dataset,
  traits: ImageTraits,
  budget: Budget,
): Promise<TrainingPlan> {
  const { folder, info } = dataset
  const pairs = new Map<string, ImagePair>()
  for await (const { path, width, height } of dataset.items())
    pairs.set(path, { input: path, target: path, width, height })
  const [inputs = ''] = (await readDatasetInfo(damagedPictures(folder))).sources
  const found = { inputs, targets: info.sources[0] ?? '', pairs: [...pairs.values()], skipped: [] }
  const plan = await planned(found, traits, budget, { color: info.channels === 3 ? 'rgb' : 'grey' })
  return { ...plan, preprocessing: null }
}

async function planned(
  found: PairedFolders,
  traits: ImageTraits,
  budget: Budget,
  choice: Pick<PairsChoice, 'color' | 'fence'>,
): Promise<TrainingPlan> {
  const length = { budgetMs: budgetsMs[budget], endsAtBest: budget === 'auto' }
  const { spec, config, preprocessing } = await planPairs(found, { ...choice, ...length })
  const { pairs, skipped } = found
  return {
    budget,
    preprocessing,
    spec,
    config: trainingConfigSchema.parse(config),
    traits: { ...traits, images: pairs.length, channels: spec.input.channels },
    network: 'convolutional',
    codeSize: 0,
    remarks: [],
    pairs: { count: pairs.length, skipped },
  }
}

/** A preset for a dataset of pairs: what pictures lost is in the other folder, and has no strength that a network is told. */
export function presetForPairs(preset: PresetOption): PresetOption {
  return { ...preset, spec: untold(preset.spec), config: { ...preset.config, noise: pairsNoise } }
}

const untold = (spec: ModelSpec): ModelSpec => ({ ...spec, noiseLevel: false, colorNoiseLevel: undefined })
