import { basename, join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type { Begun } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { OutputFolder } from '../../store/outputFolder'
import type { DatasetService } from '../datasets/datasetService'
import { FreeNames } from '../../store/freeNames'
import type { JobService } from '../../base/jobService'
import type { PlaceRegistry } from '../../base/placeRegistry'
import type { LoadedSet } from './codeSet'
import { latentFileNames, writeLatentFiles } from './latentFiles'
import type { LatentService } from './latentService'
import { saveFiles, saveList } from '../../store/saveFiles'
import { slugOf } from '../../base/library'

export interface ActionDependencies {
  readonly latent: LatentService
  readonly datasets: DatasetService
  readonly jobs: JobService
  readonly places: PlaceRegistry
}

/** What is done with a selection, and what leaves Hourglass. */
export class LatentActions {
  constructor(private readonly deps: ActionDependencies) {}

  /** Into a new folder within the chosen one. */
  async export({ set: id, projection, format, folder }: ParsedParams<'latent.export'>) {
    const { latent, places } = this.deps
    const set = await latent.setOf(id)
    const map = projection && (await latent.openMap(set, projection))
    const chosen = places.resolve(folder)
    const name = (await FreeNames.in(chosen)).take(`${slugOf(set.plan.modelName, 'model')}-latent`)
    const names = latentFileNames(format, map !== null)
    const output = await OutputFolder.open(join(chosen, name), names, { overwrite: false })
    try {
      await writeLatentFiles(output, format, set, map, latent.files)
      await output.commit()
    } catch (error) {
      await output.abort()
      throw error
    }
    return { files: names.map((file) => `${name}/${file}`) }
  }

  async saveFiles({ set: id, points, how, folder }: ParsedParams<'latent.saveFiles'>): Promise<Begun> {
    const { latent, places, jobs } = this.deps
    const set = await latent.setOf(id)
    const target = places.resolve(folder)
    const files = await latent.files.originals(set, someOf(points))
    const work: Parameters<JobService['start']>[0]['work'] = async (report, signal) => {
      if (how === 'list') await saveList(files, target)
      else
        await saveFiles(files, target, how, { signal, onProgress: (done, total) => report({ done, total }) })
    }
    return { job: jobs.start({ kind: 'files', subject: basename(target), work }).id }
  }

  async makeDataset({ set: id, points, name }: ParsedParams<'latent.makeDataset'>): Promise<{ id: string }> {
    const { latent, datasets } = this.deps
    return datasets.makeSubset(name, partsOf(await latent.setOf(id), someOf(points)))
  }
}

function someOf(points: Int32Array): Int32Array {
  if (points.length > 0) return points
  throw new ExpectedError('bad-input', sentence('latent.selectSomeImagesFirst'))
}

/** Rows by dataset, in the order of the datasets. */
function partsOf(set: LoadedSet, points: Int32Array) {
  const rows = new Map<string, number[]>()
  for (const point of points.slice().sort()) {
    const { part, row } = set.rowOf(point)
    const known = rows.get(part.folder)
    if (known) known.push(row)
    else rows.set(part.folder, [row])
  }
  return [...rows].map(([folder, some]) => ({ folder, rows: some }))
}
