import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import { openModel } from '../../store/modelStore'
import { writePieces } from '../../store/writePieces'
import type { ComputeClient } from '../../worker/computeClient'
import type { DatasetService } from '../datasets/datasetService'
import { FreeNames } from '../../store/freeNames'
import type { ModelService } from './modelService'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { roundingLoss } from './roundingLoss'
import { exportTrainedModel, packNamedModel } from './exportModel'
import { exampleCode } from './exportReadme'
import { slugOf } from '../../base/library'

export interface ExportDependencies {
  readonly models: ModelService
  readonly places: PlaceRegistry
  readonly datasets: DatasetService
  readonly client: ComputeClient
  readonly version: string
}

/** Models for other programs, asked for in the window. */
export class ModelExports {
  private dragged: Promise<string> | null = null

  constructor(private readonly deps: ExportDependencies) {}

  /** The lines of code that an export would have in its README. */
  async example({
    id,
    ...as
  }: ParsedParams<'models.exportExample'>): Promise<Results['models.exportExample']> {
    const { files } = await openModel(await this.deps.models.folderOf(id))
    return { code: exampleCode(files.spec, as) }
  }

  /** On the dataset it was trained on, where that is in the library. */
  async loss({ id, precision }: ParsedParams<'models.exportLoss'>): Promise<Results['models.exportLoss']> {
    const { models, client } = this.deps
    const model = await openModel(await models.folderOf(id))
    return roundingLoss(model, precision, client, await this.datasetOf(id))
  }

  /** Into a new folder within the chosen one. @throws ExpectedError */
  async export({ id, folder, ...as }: ParsedParams<'models.export'>): Promise<Results['models.export']> {
    const { models, places, client, version } = this.deps
    const { name } = await models.get(id)
    const chosen = places.resolve(folder)
    const part = as.part === 'full' ? '' : `-${as.part}`
    const made = (await FreeNames.in(chosen)).take(`${slugOf(name, 'model')}-${as.format}${part}`)
    const request = {
      model: await models.folderOf(id),
      out: join(chosen, made),
      overwrite: false,
      name,
      dataset: await this.datasetOf(id),
      version,
      ...as,
    }
    const { files, bytes } = await exportTrainedModel(request, { client })
    return { folder: await places.add(request.out), files, bytes }
  }

  /** One file of the whole model, in a folder of the system's that goes when the app ends. */
  async exportFile({ id }: ParsedParams<'models.exportFile'>): Promise<Results['models.exportFile']> {
    const { models, places } = this.deps
    this.dragged ??= mkdtemp(join(tmpdir(), 'hourglass-drag-'))
    const { name } = await models.get(id)
    // Each model in a folder of its own: others may have the same name.
    const own = join(await this.dragged, slugOf(id, 'model'))
    await mkdir(own, { recursive: true })
    const path = join(own, `${slugOf(name, 'model')}.hourglass`)
    await writePieces(path, await packNamedModel(await models.folderOf(id), name))
    return places.add(path)
  }

  async close(): Promise<void> {
    if (this.dragged) await rm(await this.dragged, { recursive: true, force: true })
  }

  /** The folder of the dataset that it was trained on; null where that is gone. */
  private async datasetOf(id: string): Promise<string | null> {
    const { models, datasets } = this.deps
    const { datasetId } = (await models.get(id)).trainedOn
    if (datasetId === null) return null
    // Deleted since, perhaps by another program: the model can be exported all the same.
    return datasets.folderOf(datasetId).catch(() => null)
  }
}
