import type { ParsedParams } from '../../../shared/api/commands'
import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import { codeSize, type InputShape } from '../../../shared/modelSpec'
import type { ImageTraits, TrainingPlan } from '../../../shared/plan'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import { findPreset, specFromPreset } from '../../engine/models/presets'
import { readDatasetInfo } from '../../store/datasetStore'
import { previewImages } from '../datasets/previewImages'
import type { Library } from '../library/library'
import type { PlaceRegistry } from '../places/placeRegistry'

export interface PlanDependencies {
  readonly library: Library
  readonly places: PlaceRegistry
}

/** Proposes what to train on images. */
export class PlanService {
  constructor(private readonly deps: PlanDependencies) {}

  async plan({ source, budget }: ParsedParams<'training.plan'>): Promise<TrainingPlan> {
    if ('dataset' in source) {
      const { folder } = await this.deps.library.find('datasets', source.dataset)
      const info = await readDatasetInfo(folder)
      return planFor(info, info.count, info.labels.length, budget, null)
    }
    const places = source.places.map((place) => this.deps.places.resolve(place))
    const preprocessing =
      source.preprocessing ?? preprocessingSchema.parse({ width: 64, height: 64, color: 'rgb' })
    const { found } = await previewImages(places, preprocessing, 12)
    const { width, height, color } = preprocessing
    const shape = { width, height, channels: color === 'rgb' ? 3 : 1 } as const
    return planFor(shape, found, 0, budget, preprocessing)
  }
}

function planFor(
  { width, height, channels }: InputShape,
  images: number,
  labels: number,
  budget: TrainingPlan['budget'],
  preprocessing: Preprocessing | null,
): TrainingPlan {
  const kind = channels === 3 ? 'photographs' : 'drawings'
  const preset = findPreset(channels === 3 ? 'conv-64' : 'tied-relu-784-196-81-49')
  const { spec } = specFromPreset(preset, { width, height, channels })
  const traits: ImageTraits = {
    ...{ images, labels, width, height, channels, kind },
    ...{ transparent: false, components: 40, equal: false },
  }
  const config = trainingConfigSchema.parse({
    ...preset.training,
    budgetMs: budget === 'auto' ? null : 60_000,
  })
  const network = channels === 3 ? 'convolutional' : 'dense'
  return { budget, traits, preprocessing, spec, config, network, codeSize: codeSize(spec), remarks: [] }
}
