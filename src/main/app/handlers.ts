import type { AppState } from '../../shared/api/app'
import type { Handlers } from '../../shared/api/commands'
import { anomalyHandlers } from '../features/anomalies/anomalyHandlers'
import { datasetHandlers } from '../services/datasets/datasetHandlers'
import { denoiseHandlers } from '../services/denoising/denoiseHandlers'
import { deviceHandlers } from '../services/devices/deviceHandlers'
import { exportHandlers } from '../services/exports/modelExports'
import { jobHandlers } from '../services/jobs/jobService'
import { latentHandlers } from '../services/latent/latentHandlers'
import type { LibraryGate } from '../services/library/libraryGate'
import { modelHandlers } from '../services/models/modelHandlers'
import { placeHandlers } from '../services/places/browseFolders'
import { runHandlers } from '../services/runs/runHandlers'
import type { Shell } from '../services/shell'
import { showcaseHandlers } from '../services/showcase/showcaseService'
import { trainingHandlers } from '../services/training/trainingHandlers'
import type { Services } from './services'

/** What answers each command. */
export function handlersOf(services: Services, shell: Shell, state: () => AppState): Handlers {
  return gated(services.gate, allHandlers(services, shell, state))
}

/** What reads or writes the library. The others may wait for jobs, as a move of the library is one. */
const inLibrary = /^(datasets|training|runs|models|latent|anomalies)\.|^library\.(restore|empty)$/

/** While the library changes its place, what a window asks of it waits, and finds it in the new place then. */
function gated(gate: LibraryGate, handlers: Handlers): Handlers {
  const behindGate = Object.entries(handlers)
    .filter(([command]) => inLibrary.test(command))
    .map(([command, handle]) => {
      const work = handle as (params: unknown) => Promise<unknown>
      return [command, (params: unknown) => gate.use(() => work(params))]
    })
  return { ...handlers, ...Object.fromEntries(behindGate) }
}

function allHandlers(services: Services, shell: Shell, state: () => AppState): Handlers {
  return {
    'app.state': async () => state(),
    'settings.change': async (changes) => {
      await services.settings.change(changes)
      return state()
    },
    'library.planMove': (params) => services.mover.plan(params),
    'library.move': (params) => services.mover.move(params),
    'library.restore': ({ undo }) => services.library.restore(undo),
    'library.empty': async ({ undo }) => {
      await services.library.empty(undo)
      return null
    },
    ...deviceHandlers(services.devices),
    ...placeHandlers(services.places, shell),
    ...jobHandlers(services.jobs),
    ...datasetHandlers(services.datasets, shell),
    ...trainingHandlers(services.training, services.plans),
    ...runHandlers(services.runs, services.places, shell),
    ...modelHandlers(services.models, shell),
    ...exportHandlers(services.exports),
    ...showcaseHandlers(services.showcase),
    ...latentHandlers(services.latent, services.latentActions),
    ...denoiseHandlers(services.denoising, shell),
    ...anomalyHandlers(services.anomalies),
  }
}
