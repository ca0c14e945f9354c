import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** Where the app keeps its own things on this machine. Absolute paths; none need exist yet. */
export interface AppFolders {
  /** settings.json */
  readonly settings: string
  readonly logs: string
  /** What is known of this machine, such as timings; and who runs the app. */
  readonly state: string
  /** Where the library is unless the settings name another place. */
  readonly library: string
  /** HOURGLASS_LIBRARY names the library for this process, whatever the settings say. */
  readonly libraryIsFixed: boolean
}

/** Where the app keeps a TensorFlow that it has set up, and what it downloads for that. Absolute paths. */
export function tensorflowIn({ state }: AppFolders): { readonly home: string; readonly library: string } {
  const home = join(state, 'tensorflow')
  return { home, library: join(home, 'library') }
}

/** HOURGLASS_HOME puts everything into one folder; else the places are those that the system has for such things. */
export function appFolders(env: NodeJS.ProcessEnv = process.env): AppFolders {
  const fixed = env.HOURGLASS_LIBRARY
  const library = (usual: string) => ({
    library: fixed ? resolve(fixed) : usual,
    libraryIsFixed: Boolean(fixed),
  })
  if (env.HOURGLASS_HOME) {
    const home = resolve(env.HOURGLASS_HOME)
    const state = join(home, 'state')
    return { settings: home, logs: join(home, 'logs'), state, ...library(join(home, 'library')) }
  }
  const { config, log, data } = envPaths('hourglass', { suffix: '' })
  return { settings: config, logs: log, state: join(data, 'state'), ...library(join(data, 'library')) }
}
