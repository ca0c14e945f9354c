import type { PlaceRegistry } from '../../base/placeRegistry'
import { roomHandlers } from '../../base/roomHandlers'
import type { Shell } from '../../base/shell'
import type { RunService } from './runService'

export const runHandlers = (runs: RunService, places: PlaceRegistry, shell: Shell) =>
  roomHandlers('runs', runs, {
    list: async () => runs.listing(),
    get: ({ id }) => runs.get(id),
    samples: ({ id }) => runs.samples(id),
    snapshot: ({ id, epoch }) => runs.snapshot(id, epoch),
    saveMapAnimation: async ({ id, format, folder }) => ({
      name: await runs.saveMapAnimation(id, format, places.resolve(folder)),
    }),
    rename: async ({ id, name }) => {
      await runs.describe(id, { name })
      return null
    },
    setNotes: async ({ id, notes }) => {
      await runs.describe(id, { notes })
      return null
    },
    remove: async ({ id }) => ({ undo: await runs.remove(id) }),
    reveal: async ({ id }) => {
      await shell.reveal(await runs.folderOf(id))
      return null
    },
  })
