import { basename } from 'node:path'
import type { TrainedModel } from '../../store/modelStore'
import { OpenDatasets } from '../datasets/openDatasets'
import { type ModelRequest, type ModelWork, openImages } from '../models/modelWork'
import { type LoadedSet, planSet, surveySet } from './codeSet'
import { PointFiles } from './pointFiles'

/** The codes of images that somebody points at, for as long as they are used; nothing of them is kept. */
export async function surveyImages<R>(
  model: TrainedModel,
  images: readonly string[],
  { runtime, device }: Omit<ModelRequest, 'model'>,
  work: ModelWork,
  use: (set: LoadedSet, files: PointFiles) => Promise<R>,
): Promise<R> {
  const { dataset, close } = await openImages(images, model.files.spec.input, work)
  const opened = new OpenDatasets()
  try {
    const names = { id: model.name, name: model.name }
    const datasets = [{ id: basename(dataset.folder), folder: dataset.folder }]
    const plan = await planSet(model, names, datasets, opened)
    const set = await surveySet(plan, {
      client: work.client,
      opened,
      target: { runtime, device },
      keep: false,
      signal: work.signal,
      onProgress: (done, total) => work.onProgress?.(done, total),
    })
    return await use(set, new PointFiles(opened))
  } finally {
    await close()
    await opened.close()
  }
}
