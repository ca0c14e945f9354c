import { join } from 'node:path'
import { DatasetService } from '../services/datasets/datasetService'
import { DeviceService } from '../services/devices/deviceService'
import { EventBus } from '../services/eventBus'
import { JobService } from '../services/jobs/jobService'
import { FolderLibrary } from '../services/library/folderLibrary'
import { LibraryMover } from '../services/library/moveLibrary'
import { ModelService } from '../services/models/modelService'
import { PlaceRegistry } from '../services/places/placeRegistry'
import { RunService } from '../services/runs/runService'
import { SettingsService } from '../services/settings/settingsService'
import { TrainingService } from '../services/training/trainingService'
import { ComputeClient } from '../worker/computeClient'
import type { AppOptions } from './createApp'

export type Services = Awaited<ReturnType<typeof openServices>>

/** All services, in the order in which they need each other. @throws ExpectedError */
export async function openServices({ folders, log, computeWorker, tensorflowSetup }: AppOptions) {
  const events = new EventBus()
  const settings = await SettingsService.open(folders.settings, log)
  const chosen = folders.libraryIsFixed ? null : settings.library
  const library = await FolderLibrary.open(chosen ?? folders.library)
  const places = new PlaceRegistry()
  const jobs = new JobService(events, log)
  // One trains or measures; the other one tries models meanwhile.
  const trainer = new ComputeClient(computeWorker)
  const helper = new ComputeClient(computeWorker)
  const isTraining = () => training.current !== null
  const inUse = (id: string) =>
    training.dataset === id ? 'A run is being trained on this dataset. Stop it first.' : null
  const sampleFolder = join(folders.state, 'sample')

  const datasets = await DatasetService.open({
    ...{ library, events, jobs, places, inUse, sampleFolder, client: helper },
  })
  const runs = await RunService.open({ library, events, log, opened: datasets.opened })
  const models = await ModelService.open({
    ...{ library, events, log, runs, datasets, places, client: helper },
  })
  const devices = await DeviceService.open({
    ...{ events, jobs, settings, log, isTraining, client: trainer },
    ...{ state: folders.state, setupScript: tensorflowSetup },
  })
  const training = new TrainingService({
    ...{ library, runs, log, client: trainer },
    target: () => devices.target(),
    modelFolder: (id) => models.folderOf(id),
  })
  const mover = new LibraryMover({
    library,
    settings,
    jobs,
    places,
    folders,
    isTraining,
    datasets: datasets.opened,
  })

  const close = async () => {
    await training.close()
    await jobs.close()
    await library.close()
    await Promise.all([trainer.dispose(), helper.dispose()])
    await datasets.opened.close()
  }
  return { events, settings, library, places, jobs, datasets, runs, models, devices, training, mover, close }
}
