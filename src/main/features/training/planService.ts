import type { ParsedParams } from '../../../shared/api/commands'
import type { Preprocessing } from '../../../shared/dataset'
import type { Budget, ImageTraits, TrainingPlan } from '../../../shared/plan'
import { damagedPictures, isDatasetFolder } from '../../store/datasetFiles'
import { type Dataset, openDataset } from '../../store/datasetStore'
import { isAsItWas } from '../datasets/findImages'
import {
  type MeasuredPlaces,
  measurePlaces,
  type SampledImages,
  traitsOf,
  traitsOfPlaces,
  traitsSide,
} from '../datasets/imageTraits'
import { findPairedImages } from '../datasets/pairedFolders'
import type { Library } from '../../base/library'
import type { Fence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { planForPairedDataset, planForPairs } from './planForPairs'
import { planPreprocessing, planTraining } from './planTraining'

export interface PlanDependencies {
  readonly library: Library
  readonly places: PlaceRegistry
  /** What may be read; everything without. */
  readonly fence?: Fence
  /** Loads what computes, so that a training that follows a plan begins at once. */
  readonly warmUp: () => void
}

/** Proposes what to train on images. */
export class PlanService {
  /** The latest places that were measured: where only the time or the size is asked anew, they are not measured again. */
  private measured: { readonly key: string; readonly places: Promise<MeasuredPlaces> } | null = null

  constructor(private readonly deps: PlanDependencies) {}

  async plan({ source, budget }: ParsedParams<'training.plan'>): Promise<TrainingPlan> {
    this.deps.warmUp()
    if ('dataset' in source) {
      const { folder } = await this.deps.library.find('datasets', source.dataset)
      return planForDataset(folder, budget, true)
    }
    if ('clean' in source) {
      const { places, fence } = this.deps
      const [damaged, clean] = [places.resolve(source.damaged), places.resolve(source.clean)]
      return planForPairs(await findPairedImages(damaged, clean, undefined, fence), budget, fence)
    }
    const places = source.places.map((place) => this.deps.places.resolve(place))
    const traits = await this.traitsOf(places)
    return planForTraits(traits, budget, source.preprocessing)
  }

  private async traitsOf(places: readonly string[]): Promise<ImageTraits> {
    const key = places.join('\n')
    if (this.measured?.key === key) {
      const { traits, looked } = await this.measured.places
      if (await isAsItWas(looked)) return traits
    }
    const measuring = measurePlaces(places, this.deps.fence)
    this.measured = { key, places: measuring }
    // A folder that could not be read is looked at again when it is asked for again.
    measuring.catch(() => {
      if (this.measured?.places === measuring) this.measured = null
    })
    return (await measuring).traits
  }
}

/** @throws ExpectedError when there is no image */
export async function planForFolder(
  folder: string,
  budget: Budget,
  preprocessing?: Preprocessing,
): Promise<TrainingPlan> {
  return planForTraits(await traitsOfPlaces([folder]), budget, preprocessing)
}

function planForTraits(traits: ImageTraits, budget: Budget, asked?: Preprocessing): TrainingPlan {
  const preprocessing = asked ?? planPreprocessing(traits)
  const { width, height, color, limit } = preprocessing
  const input = { width, height, channels: color === 'rgb' ? 3 : 1 } as const
  const images = Math.min(traits.images, limit ?? Infinity)
  return planTraining({ ...traits, images }, input, budget, preprocessing)
}

/** Images of a dataset that are looked at. */
const lookedAt = 120

/**
 * @param withPairs whether a dataset with damaged pictures is planned for restoring them; its clean ones alone else
 * @throws ExpectedError for a folder that is no dataset
 */
export async function planForDataset(
  folder: string,
  budget: Budget,
  withPairs = false,
): Promise<TrainingPlan> {
  const dataset = await openDataset(folder)
  try {
    const { count, labels, width, height, channels } = dataset.info
    const measured = traitsOf(await sampleOf(dataset))
    const traits = { ...measured, images: count, labels: labels.length, transparent: false, channels }
    if (withPairs && (await isDatasetFolder(damagedPictures(folder))))
      return await planForPairedDataset(dataset, traits, budget)
    return planTraining({ ...traits, width, height }, { width, height, channels }, budget, null)
  } finally {
    await dataset.close()
  }
}

/** Some images at the size at which traits are measured, the nearest pixel each. */
async function sampleOf(dataset: Dataset): Promise<SampledImages> {
  const { count, width, height, channels } = dataset.info
  const taken = Math.min(count, lookedAt)
  const pixels: Uint8Array[] = []
  const row = new Uint8Array(dataset.rowBytes)
  for (let i = 0; i < taken; i++) {
    await dataset.readRows(Math.floor((i * count) / taken), 1, row)
    const image = new Uint8Array(traitsSide * traitsSide * 3)
    for (let y = 0; y < traitsSide; y++)
      for (let x = 0; x < traitsSide; x++) {
        const from = Math.floor((y * height) / traitsSide) * width + Math.floor((x * width) / traitsSide)
        for (let c = 0; c < 3; c++)
          image[(y * traitsSide + x) * 3 + c] = row[from * channels + (channels === 3 ? c : 0)]!
      }
    pixels.push(image)
  }
  return { pixels, widths: pixels.map(() => width), heights: pixels.map(() => height) }
}
