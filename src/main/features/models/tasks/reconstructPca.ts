import { fitPca, projectPca, reconstructPca as reconstruct } from '../../../engine/projection/pca'
import { asFloats, readImages } from '../../../engine/training/pixelSource'
import { type Dataset, openDataset } from '../../../store/datasetStore'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'

/** Principal components of a dataset put in place of a model: float32 images, count × inputs, through so many of them. */
interface ReconstructPca {
  params: { dataset: string; images: Float32Array; components: number }
  result: { images: Float32Array; components: number }
  event: never
}

/** More images hardly move the components. */
const mostImages = 10_000

/** What a linear model without training does: fits principal components to a dataset and sends images through them. */
export async function reconstructPca({
  dataset: folder,
  images,
  components,
}: ReconstructPca['params']): Promise<ReconstructPca['result']> {
  const dataset = await openDataset(folder)
  try {
    const pca = fitPca(await readSome(dataset), dataset.rowBytes, components)
    return { images: reconstruct(pca, projectPca(pca, images)), components: pca.components }
  } finally {
    await dataset.close()
  }
}

/** All images, or an even selection. @returns count × inputs, 0..1 */
async function readSome(dataset: Dataset): Promise<Float32Array> {
  const { count } = dataset.info
  const taken = Math.min(count, mostImages)
  const indices = Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken))
  const pixels = new Uint8Array(taken * dataset.rowBytes)
  await readImages(pixelSourceOf(dataset), indices, pixels)
  return asFloats(pixels)
}
