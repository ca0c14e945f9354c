import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { PlaceRegistry } from '../../base/placeRegistry'
import type { Shell } from '../../base/shell'
import type { RunService } from './runService'

type RunCommand = Extract<CommandName, `runs.${string}`>

export function runHandlers(
  runs: RunService,
  places: PlaceRegistry,
  shell: Shell,
): Pick<Handlers, RunCommand> {
  return {
    'runs.list': async () => runs.listing(),
    'runs.get': ({ id }) => runs.get(id),
    'runs.samples': ({ id }) => runs.samples(id),
    'runs.snapshot': ({ id, epoch }) => runs.snapshot(id, epoch),
    'runs.saveMapAnimation': async ({ id, format, folder }) => ({
      name: await runs.saveMapAnimation(id, format, places.resolve(folder)),
    }),
    'runs.rename': async ({ id, name }) => {
      await runs.describe(id, { name })
      return null
    },
    'runs.setNotes': async ({ id, notes }) => {
      await runs.describe(id, { notes })
      return null
    },
    'runs.remove': async ({ id }) => ({ undo: await runs.remove(id) }),
    'runs.reveal': async ({ id }) => {
      await shell.reveal(await runs.folderOf(id))
      return null
    },
  }
}
