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
  /** Where work is done: asked for each time, since the setting may change. */
  const target = () => devices.target()
  /** What most services stand on; each names what it takes of it. */
  const ground = { library, events, jobs, log, places, fence, version, target }
  const isTraining = () => training.current !== null
  const inUse = (id: string) => training.useOf(id)
  const sampleFolder = join(folders.state, 'sample')
  const datasets = await DatasetService.open({ ...ground, inUse, sampleFolder, client: helper })
  const imports = new DatasetImports(datasets, jobs, events)
  const nameOfNewDataset = (id: string) => imports.nameOfNew(id)
  const runs = await RunService.open({ ...ground, opened: datasets.opened, nameOfNewDataset })
  const models = await ModelService.open({ ...ground, runs, datasets, client: helper, computeWorker })
  const { state } = folders
  const { roots, runScript, fetch } = shell
  const tensorflow = { setupScript: tensorflowSetup, tensorflow: tensorflowIn(folders), runScript, fetch }
  const machine = { settings, isTraining, state, client: trainer }
  const devices = await DeviceService.open({ ...ground, ...machine, ...tensorflow })
  const training = await TrainingService.open({
    ...ground,
    runs,
    imports,
    client: trainer,
    modelFolder: (id) => models.folderOf(id),
    isMoving: () => jobs.isBusy('move-library'),
  })
  const pictures = { uploads, roots, state, client: helper, savers }
  const denoising = await DenoiseService.open({ ...ground, ...pictures, models })
  const latent = new LatentService({ ...ground, datasets, models, mapper, helper })
  const latentActions = new LatentActions({ ...ground, latent, datasets })
  const exports = new ModelExports({ ...ground, models, datasets, client: helper })
  const showcase = new ShowcaseService({ ...ground, datasets, models, isTraining, client: helper })
  const experiments = new ExperimentService({ ...ground, runs, training, client: helper })
  const anomalies = await openAnomalies({ ...ground, datasets, models, client: seeker })
  const compression = new CompressionService({ ...ground, models, client: packer })
  const tables = await TableService.open({ ...ground, client: tabler })
  const mover = await moverOf({ ...ground, settings, folders, gate, datasets, runs, training })
  const ended = { library, exports, datasets, clients }
  const close = closing([showcase, training, denoising, jobs, anomalies, compression], ended)
  const plans = new PlanService({ ...ground, warmUp: () => devices.warmUp() })
  const services = { datasets, runs, models, devices, training, denoising, latent, latentActions, exports }
  const others = { showcase, experiments, anomalies, compression, tables, plans, mover }
  return { events, settings, library, places, jobs, gate, ...services, ...others, close }
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
