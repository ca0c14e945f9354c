import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import { traitsOfPlaces } from '../datasets/imageTraits'
import { planPreprocessing } from '../training/planTraining'
import { isDatasetFolder } from '../training/trainingDataset'

/** Defects are small: where images are few enough, they are looked at in more detail than a training asks for. */
const detailedSide = 128
const fewEnough = 5000
const smallSide = 40

/** How images are read in which odd ones are looked for. @throws ExpectedError when there is none */
export async function preprocessingFor(source: string): Promise<Preprocessing> {
  if (await isDatasetFolder(source)) return preprocessingSchema.parse({})
  const traits = await traitsOfPlaces([source])
  const planned = planPreprocessing(traits)
  const shorter = Math.min(traits.width, traits.height)
  if (Math.max(planned.width, planned.height) <= smallSide || traits.images > fewEnough) return planned
  const side = Math.min(detailedSide, Math.max(planned.width, 8 * Math.floor(shorter / 8)))
  return { ...planned, width: side, height: side }
}
