import { join } from 'node:path'
import { openAnomalies } from '../features/anomalies/openAnomalies'
import { DenoiseService } from '../features/denoising/denoiseService'
import { DatasetService } from '../features/datasets/datasetService'
import { DeviceService } from '../features/devices/deviceService'
import { CompressionService } from '../features/compression/compressionService'
import { EventBus } from '../base/eventBus'
import { ExperimentService } from '../features/experiments/experimentService'
import { ModelExports } from '../features/models/modelExports'
import { JobService } from '../base/jobService'
import type { Log } from '../base/log'
import { LatentActions } from '../features/latent/latentActions'
import { LatentService } from '../features/latent/latentService'
import { FolderLibrary } from '../features/library/folderLibrary'
import { LibraryGate } from '../features/library/libraryGate'
import { LibraryMover, type MoveDependencies } from '../features/library/moveLibrary'
import { ModelService } from '../features/models/modelService'
import { Fence } from '../base/fence'
import { PlaceRegistry } from '../base/placeRegistry'
import { RunService } from '../features/training/runService'
import { SettingsService } from '../base/settingsService'
import { ShowcaseService } from '../features/showcase/showcaseService'
import { DatasetImports } from '../features/training/datasetImports'
import { PlanService } from '../features/training/planService'
import { TableService } from '../features/tables/tableService'
import { TrainingService } from '../features/training/trainingService'
import { ComputeClient } from '../worker/computeClient'
import { tensorflowIn } from '../store/appFolders'
import type { AppOptions } from './createApp'

export type Services = Awaited<ReturnType<typeof openServices>>

/**
 * One trains or measures; another one tries models meanwhile, the third makes maps, the fourth looks for odd images, the
 * fifth compresses, the sixth works on tables, the others save denoised pictures.
 */
function computeClients(entry: URL) {
  const client = () => new ComputeClient(entry)
  const savers = [client(), client()] as const
  const [packer, tabler] = [client(), client()]
  const alone = { trainer: client(), helper: client(), mapper: client(), seeker: client(), packer, tabler }
  return { ...alone, savers, clients: [...Object.values(alone), ...savers] }
}

/** All services. @throws ExpectedError, also while another app has the library open */
export async function openServices(options: AppOptions, uploads: string) {
  const { folders, log } = options
  const settings = await SettingsService.open(folders.settings, log)
  const chosen = folders.libraryIsFixed ? null : settings.library
  const library = await FolderLibrary.openAlone(chosen ?? folders.library)
  try {
    await library.emptyLeftovers()
    return await openOn(library, settings, options, uploads)
  } catch (error) {
    await library.close()
    throw error
  }
}

/** In the order in which they need each other. */
async function openOn(
  library: FolderLibrary,
  settings: SettingsService,
  { folders, log, shell, computeWorker, tensorflowSetup, version }: AppOptions,
  uploads: string,
) {
  const [events, places, gate] = [new EventBus(), new PlaceRegistry(), new LibraryGate()]
  const jobs = new JobService(events, log)
  const fence = new Fence(shell.roots.length === 0 ? [] : [...shell.roots, uploads])
  const { trainer, helper, mapper, seeker, packer, tabler, savers, clients } = computeClients(computeWorker)
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
    ...{ setupScript: tensorflowSetup, tensorflow: tensorflowIn(folders) },
    ...{ runScript: shell.runScript, fetch: shell.fetch },
  })
  const target = () => devices.target()
  const training = await TrainingService.open({
    ...{ library, runs, events, imports, log, client: trainer, target },
    modelFolder: (id) => models.folderOf(id),
    isMoving: () => jobs.isBusy('move-library'),
  })
  const denoising = await DenoiseService.open({
    ...{ events, log, places, fence, models, uploads, version, state: folders.state, roots: shell.roots },
    ...{ client: helper, savers, target },
  })
  const latent = new LatentService({ datasets, models, jobs, log, mapper, helper, target })
  const latentActions = new LatentActions({ latent, datasets, jobs, places })
  const exports = new ModelExports({ models, places, datasets, client: helper, version })
  const showcase = new ShowcaseService({ events, jobs, datasets, models, log, isTraining, client: helper })
  const experiments = new ExperimentService({ library, runs, training, places, log, client: helper, target })
  const anomalies = await openAnomalies({
    ...{ library, events, jobs, datasets, models, log, places, fence, client: seeker },
    target,
  })
  const compression = new CompressionService({ models, jobs, places, fence, client: packer, target })
  const tables = await TableService.open({ library, events, jobs, places, fence, version, client: tabler })
  const mover = await moverOf({
    ...{ library, settings, jobs, places, folders, gate, datasets, runs, training, events, log },
  })
  const ended = { library, exports, datasets, clients }
  const close = closing([showcase, training, denoising, jobs, anomalies, compression], ended)
  const made = { events, settings, library, places, jobs, datasets, runs, models, devices, training, tables }
  const plans = new PlanService({ library, places, fence, warmUp: () => devices.warmUp() })
  const seen = { denoising, latent, latentActions, anomalies, exports, showcase, experiments, compression }
  return { ...made, ...seen, plans, mover, gate, close }
}

interface Closed {
  readonly library: FolderLibrary
  readonly exports: ModelExports
  readonly clients: readonly ComputeClient[]
  readonly datasets: DatasetService
}

/** Ends what works, in this order, then the library, the workers and what is open. */
function closing(
  working: readonly { close(): Promise<void> }[],
  { library, exports, clients, datasets }: Closed,
): () => Promise<void> {
  return async () => {
    for (const service of working) await service.close()
    await library.emptyAll()
    await Promise.all([library.close(), exports.close()])
    await Promise.all(clients.map((client) => client.dispose()))
    await datasets.opened.close()
  }
}

interface MoverParts extends Omit<MoveDependencies, 'datasets' | 'isUnderWay'> {
  readonly datasets: DatasetService
  readonly runs: RunService
  readonly training: TrainingService
  readonly events: EventBus
  readonly log: Log
}

/** What moves the library, once it has ended what a move before this start has left. */
async function moverOf({
  datasets,
  runs,
  training,
  events,
  log,
  ...parts
}: MoverParts): Promise<LibraryMover> {
  const isUnderWay = () =>
    training.current !== null ||
    parts.jobs.isBusy('anomalies') ||
    runs.listing().items.some(({ elsewhere, state }) => elsewhere && state === 'training') ||
    datasets.listing().items.some(({ state }) => state === 'importing')
  const mover = new LibraryMover({ ...parts, isUnderWay, datasets: datasets.opened })
  await mover.finish().catch((error: unknown) => log.error('The old place could not be cleared.', error))
  events.on('jobs.changed', ({ changed }) => {
    if (changed.some(({ kind }) => kind === 'move-library') && !mover.isMoving) training.libraryMoved()
  })
  return mover
}
