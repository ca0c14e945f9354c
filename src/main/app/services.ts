import { join } from 'node:path'
import { DenoiseService } from '../services/denoising/denoiseService'
import { DatasetService } from '../services/datasets/datasetService'
import { DeviceService } from '../services/devices/deviceService'
import { EventBus } from '../services/eventBus'
import { ModelExports } from '../services/exports/modelExports'
import { JobService } from '../services/jobs/jobService'
import { LatentActions } from '../services/latent/latentActions'
import { LatentService } from '../services/latent/latentService'
import { FolderLibrary } from '../services/library/folderLibrary'
import { LibraryMover } from '../services/library/moveLibrary'
import { ModelService } from '../services/models/modelService'
import { Fence } from '../services/places/fence'
import { PlaceRegistry } from '../services/places/placeRegistry'
import { RunService } from '../services/runs/runService'
import { SettingsService } from '../services/settings/settingsService'
import { ShowcaseService } from '../services/showcase/showcaseService'
import { DatasetImports } from '../services/training/datasetImports'
import { PlanService } from '../services/training/planService'
import { TrainingService } from '../services/training/trainingService'
import { ComputeClient } from '../worker/computeClient'
import type { AppOptions } from './createApp'

export type Services = Awaited<ReturnType<typeof openServices>>

/** One trains or measures; another one tries models meanwhile, the third makes maps, the others save denoised pictures. */
function computeClients(entry: URL) {
  const client = () => new ComputeClient(entry)
  return { trainer: client(), helper: client(), mapper: client(), savers: [client(), client()] as const }
}

/** All services, in the order in which they need each other. @throws ExpectedError */
export async function openServices(
  { folders, log, shell, computeWorker, tensorflowSetup, version }: AppOptions,
  uploads: string,
) {
  const events = new EventBus()
  const settings = await SettingsService.open(folders.settings, log)
  const chosen = folders.libraryIsFixed ? null : settings.library
  const library = await FolderLibrary.open(chosen ?? folders.library)
  await library.emptyLeftovers()
  const places = new PlaceRegistry()
  const jobs = new JobService(events, log)
  const fence = new Fence(shell.roots.length === 0 ? [] : [...shell.roots, uploads])
  const { trainer, helper, mapper, savers } = computeClients(computeWorker)
  const isTraining = () => training.current !== null
  const inUse = (id: string) => training.useOf(id)
  const sampleFolder = join(folders.state, 'sample')

  const datasets = await DatasetService.open({
    ...{ library, events, jobs, places, fence, inUse, sampleFolder, client: helper },
  })
  const imports = new DatasetImports(datasets, jobs, events)
  const runs = await RunService.open({
    ...{ library, events, log, opened: datasets.opened },
    nameOfNewDataset: (id) => imports.nameOfNew(id),
  })
  const models = await ModelService.open({
    ...{ library, events, log, runs, datasets, places, fence, client: helper, computeWorker, version },
  })
  const devices = await DeviceService.open({
    ...{ events, jobs, settings, log, isTraining, client: trainer, state: folders.state },
    setupScript: tensorflowSetup,
  })
  const training = await TrainingService.open({
    ...{ library, runs, events, imports, log, client: trainer },
    target: () => devices.target(),
    modelFolder: (id) => models.folderOf(id),
  })
  const denoising = await DenoiseService.open({
    ...{ events, log, places, fence, models, uploads, version, state: folders.state, roots: shell.roots },
    ...{ client: helper, savers, target: () => devices.target() },
  })
  const latent = new LatentService({
    ...{ datasets, models, jobs, log, mapper, helper, target: () => devices.target() },
  })
  const latentActions = new LatentActions({ latent, datasets, jobs, places })
  const exports = new ModelExports({ models, places, datasets, client: helper, version })
  const showcase = new ShowcaseService({ events, jobs, datasets, models, log, isTraining, client: helper })
  const mover = new LibraryMover({
    ...{ library, settings, jobs, places, folders, isTraining, datasets: datasets.opened },
  })

  const close = async () => {
    for (const service of [showcase, training, denoising, jobs]) await service.close()
    await library.emptyAll()
    await Promise.all([library.close(), exports.close()])
    await Promise.all([trainer, helper, mapper, ...savers].map((client) => client.dispose()))
    await datasets.opened.close()
  }
  const made = { events, settings, library, places, jobs, datasets, runs, models, devices, training }
  const plans = new PlanService({ library, places, fence, warmUp: () => devices.warmUp() })
  return { ...made, plans, denoising, latent, latentActions, exports, mover, showcase, close }
}
