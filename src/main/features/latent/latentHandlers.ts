import { roomHandlers } from '../../base/roomHandlers'
import type { LatentActions } from './latentActions'
import type { LatentService } from './latentService'

export function latentHandlers(latent: LatentService, actions: LatentActions) {
  const { files } = latent
  const setOf = (id: string) => latent.setOf(id)
  return roomHandlers('latent', latent, {
    describe: async ({ set, points }) => files.describe(await setOf(set), points),
    thumbnails: async ({ set, points, size }) => files.thumbnails(await setOf(set), points, size),
    search: async ({ set, text }) => files.search(await setOf(set), text),
    files: async ({ set }) => files.files(await setOf(set)),
    export: (params) => actions.export(params),
    saveFiles: (params) => actions.saveFiles(params),
    makeDataset: (params) => actions.makeDataset(params),
  })
}
