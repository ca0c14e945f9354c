import type { AppState } from '../../shared/api/app'
import type { Handlers } from '../../shared/api/commands'
import { anomalyHandlers } from '../features/anomalies/anomalyHandlers'
import { compressionHandlers } from '../features/compression/compressionService'
import { datasetHandlers } from '../features/datasets/datasetHandlers'
import { denoiseHandlers } from '../features/denoising/denoiseHandlers'
import { experimentHandlers } from '../features/experiments/experimentService'
import { jobHandlers } from '../base/jobService'
import { latentHandlers } from '../features/latent/latentHandlers'
import type { LibraryGate } from '../features/library/libraryGate'
import { modelHandlers } from '../features/models/modelHandlers'
import { placeHandlers } from '../features/library/browseFolders'
import { runHandlers } from '../features/training/runHandlers'
import { roomHandlers } from '../base/roomHandlers'
import type { Shell } from '../base/shell'
import { tableHandlers } from '../features/tables/tableHandlers'
import { showcaseHandlers } from '../features/showcase/showcaseService'
import { trainingHandlers } from '../features/training/trainingHandlers'
import type { Services } from './services'

/** What answers each command. */
export function handlersOf(services: Services, shell: Shell, state: () => AppState): Handlers {
  return gated(services.gate, allHandlers(services, shell, state))
}

/** What reads or writes the library. The others may wait for jobs, as a move of the library is one. */
const inLibrary =
  /^(datasets|training|runs|models|latent|anomalies|experiments|compression|tables)\.|^library\.(restore|empty)$/

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
    ...roomHandlers('devices', services.devices, {}),
    ...placeHandlers(services.places, shell),
    ...jobHandlers(services.jobs),
    ...datasetHandlers(services.datasets, shell),
    ...trainingHandlers(services.training, services.plans),
    ...runHandlers(services.runs, services.places, shell),
    ...modelHandlers(services.models, services.exports, shell),
    ...showcaseHandlers(services.showcase),
    ...experimentHandlers(services.experiments),
    ...latentHandlers(services.latent, services.latentActions),
    ...denoiseHandlers(services.denoising, shell),
    ...anomalyHandlers(services.anomalies),
    ...compressionHandlers(services.compression),
    ...tableHandlers(services.tables),
  }
}
