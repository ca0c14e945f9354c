import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppState } from '../../shared/api/app'
import type { Handlers } from '../../shared/api/commands'
import { pictureOf } from '../features/datasets/thumbnails'
import type { EventBus } from '../base/eventBus'
import type { JobService } from '../base/jobService'
import type { Log } from '../base/log'
import type { PlaceRegistry } from '../base/placeRegistry'
import type { RunService } from '../features/training/runService'
import type { SettingsService } from '../base/settingsService'
import type { Shell } from '../base/shell'
import type { DenoiseService } from '../features/denoising/denoiseService'
import type { TrainingService } from '../features/training/trainingService'
import type { AppFolders } from '../store/appFolders'
import { holdApp } from '../store/appLock'
import { explainUnforeseen } from '../store/fileErrors'
import { handlersOf } from './handlers'
import { openServices, type Services } from './services'

export interface AppOptions {
  readonly folders: AppFolders
  readonly shell: Shell
  readonly log: Log
  readonly version: string
  /** The built computeWorker.js. */
  readonly computeWorker: URL
  /** setupTensorflow.mjs; null where there is none. */
  readonly tensorflowSetup: string | null
}

/** The app without a window: what its windows ask, and what they are told. */
export interface App {
  readonly handlers: Handlers
  readonly events: EventBus
  readonly places: PlaceRegistry
  readonly log: Log
  readonly training: TrainingService
  readonly denoising: DenoiseService
  readonly runs: RunService
  readonly jobs: JobService
  readonly settings: SettingsService
  /** Where files are put that a browser sends; emptied when the app ends. Absolute path. */
  readonly uploads: string
  /** One image of a dataset as a PNG. @throws ExpectedError */
  picture(dataset: string, row: number): Promise<Buffer>
  /** Saves what trains, ends all work and lets go of everything. */
  close(): Promise<void>
}

/** Opens the library and starts the services. One app at a time does that. @throws ExpectedError */
export async function createApp(options: AppOptions): Promise<App> {
  const { folders, log } = options
  const release = await holdApp(folders.state)
  const uploads = join(folders.state, 'uploads')
  try {
    await rm(uploads, { recursive: true, force: true })
    const services = await openServices(options, uploads)
    return assemble(options, services, uploads, async () => {
      await services.close()
      await rm(uploads, { recursive: true, force: true })
      await release()
      log.info('Closed.')
    })
  } catch (error) {
    await release()
    log.error('Hourglass could not start.', error)
    throw explainUnforeseen(error)
  }
}

function assemble(options: AppOptions, services: Services, uploads: string, close: () => Promise<void>): App {
  const { events, settings, datasets, places, training, denoising, runs, jobs } = services
  const state = () => stateOf(options, services)
  const announce = () => events.emit('app.changed', state())
  settings.onChange(announce)
  services.mover.onMoved(announce)
  let closing: Promise<void> | null = null
  return {
    events,
    places,
    log: options.log,
    training,
    denoising,
    runs,
    jobs,
    settings,
    uploads,
    handlers: handlersOf(services, options.shell, state),
    picture: async (dataset, row) => pictureOf(datasets.opened, await datasets.folderOf(dataset), row),
    close: () => (closing ??= close()),
  }
}

function stateOf({ version, shell }: AppOptions, services: Services): AppState {
  return {
    version,
    host: shell.host,
    platform: process.platform as AppState['platform'],
    updatesFrom: shell.updatesFrom ?? null,
    settings: services.settings.settings,
    library: { location: services.library.location },
  }
}
