import {
  type ModelDetail,
  modelIdOfRun,
  type ModelSummary,
  type RunSummary,
} from '../../../shared/api/library'
import { codeSize, countTrained } from '../../../shared/modelSpec'
import { formatNoise } from '../../../shared/noise'
import { readModelInfo } from '../../store/modelStore'
import type { LibraryEntry } from '../../base/library'

/** The best epoch of a run; null before its first epoch. */
export function modelOfRun(run: RunSummary): ModelSummary | null {
  const { spec, best } = run
  if (!best || run.state === 'damaged') return null
  return {
    id: modelIdOfRun(run.id),
    name: run.name,
    kind: 'run',
    createdAt: run.updatedAt,
    spec,
    parameters: countTrained(spec),
    codeSize: codeSize(spec),
    trainedOn: {
      dataset: run.datasetName,
      datasetId: run.datasetId,
      images: run.images,
      noise: run.config.noise && formatNoise(run.config.noise),
    },
    metrics: best,
    external: run.external,
  }
}

/** A model that was kept. `datasetId` is known where a dataset of that name is in the library. */
export async function savedModel(
  { id, folder, external }: LibraryEntry,
  datasetId: (name: string) => string | null,
): Promise<ModelSummary & Pick<ModelDetail, 'versions'>> {
  const { name, createdAt, spec, trainedOn, metrics, versions } = await readModelInfo(folder)
  const figures = { parameters: countTrained(spec), codeSize: codeSize(spec), metrics, versions }
  const learned = { ...trainedOn, datasetId: datasetId(trainedOn.dataset) }
  return { id, name, kind: 'saved', createdAt, spec, trainedOn: learned, external, ...figures }
}
