import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { LatentActions } from './latentActions'
import type { LatentService } from './latentService'

type LatentCommand = Extract<CommandName, `latent.${string}`>

export function latentHandlers(latent: LatentService, actions: LatentActions): Pick<Handlers, LatentCommand> {
  const { files } = latent
  const setOf = (id: string) => latent.setOf(id)
  return {
    'latent.open': (params) => latent.open(params),
    'latent.project': (params) => latent.project(params),
    'latent.cluster': (params) => latent.cluster(params),
    'latent.labelAccuracy': (params) => latent.labelAccuracy(params),
    'latent.describe': async ({ set, points }) => files.describe(await setOf(set), points),
    'latent.thumbnails': async ({ set, points, size }) => files.thumbnails(await setOf(set), points, size),
    'latent.search': async ({ set, text }) => files.search(await setOf(set), text),
    'latent.files': async ({ set }) => files.files(await setOf(set)),
    'latent.neighbors': (params) => latent.neighbors(params),
    'latent.codes': (params) => latent.codes(params),
    'latent.mean': (params) => latent.mean(params),
    'latent.decodeAt': (params) => latent.decodeAt(params),
    'latent.locate': (params) => latent.locate(params),
    'latent.export': (params) => actions.export(params),
    'latent.saveFiles': (params) => actions.saveFiles(params),
    'latent.makeDataset': (params) => actions.makeDataset(params),
  }
}
