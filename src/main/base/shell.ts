import type { PickKind } from '../../shared/api/places'
import type { ScriptRunner } from './scriptRunner'

/** What an app asks of where it runs: Electron, or a server whose window is somebody's browser. */
export interface Shell {
  readonly host: 'electron' | 'served'
  /** Folders that the picker may show; empty where the system has dialogs of its own. Absolute paths. */
  readonly roots: readonly string[]
  /** The system's dialog. Absolute paths; empty when it was closed, or where there is none. */
  pick(kind: PickKind): Promise<string[]>
  /** Shows a file or folder in the system's file manager. @throws ExpectedError `unsupported` where there is none */
  reveal(path: string): Promise<void>
  /** The host that new versions of the app come from, where it updates itself. */
  readonly updatesFrom?: string | null
  /** Runs a script of ours in a process of its own; in Node.js, if not given. */
  readonly runScript?: ScriptRunner
  /** Asks the network; as Node.js does, if not given. */
  readonly fetch?: typeof fetch
}
