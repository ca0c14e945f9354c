import { type Dataset, openDataset } from '../../../store/datasetStore'

/** Images that axes and details are fitted to, at most, and values of them. */
const mostImages = 2000
const mostValues = 8e6

/** Images that are in memory at once, by the values of one. */
export const imagesAtOnce = (inputs: number): number => Math.max(1, Math.min(256, Math.floor(4e6 / inputs)))

/** Up to `count` images of a dataset, as many of its beginning as of its end. @returns count × inputs */
export async function evenBytes(dataset: Dataset, count: number): Promise<Uint8Array> {
  const total = dataset.info.count
  const taken = Math.min(count, total)
  const bytes = new Uint8Array(taken * dataset.rowBytes)
  for (let i = 0; i < taken; i++)
    await dataset.readRows(Math.floor((i * total) / taken), 1, bytes.subarray(i * dataset.rowBytes))
  return bytes
}

/** The same, as values in 0..1. */
export const evenly = async (dataset: Dataset, count: number): Promise<Float32Array> =>
  Float32Array.from(await evenBytes(dataset, count), (byte) => byte / 255)

/** Images that the model was trained on, where they can still be had; of those to compress otherwise. */
export async function knownImages(
  training: string | null,
  dataset: Dataset,
): Promise<{ images: Float32Array; knowsTraining: boolean }> {
  const wanted = Math.max(16, Math.min(mostImages, Math.floor(mostValues / dataset.rowBytes)))
  const trained = training === null ? null : await openDataset(training).catch(() => null)
  if (!trained) return { images: await evenly(dataset, wanted), knowsTraining: false }
  try {
    if (trained.rowBytes !== dataset.rowBytes || trained.info.count === 0)
      return { images: await evenly(dataset, wanted), knowsTraining: false }
    return { images: await evenly(trained, wanted), knowsTraining: true }
  } finally {
    await trained.close()
  }
}
