import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { stat } from 'node:fs/promises'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import type { Shell } from '../base/shell'
import { hasDisplay } from '../setup/display.mjs'

/** The app in somebody's browser: folders are chosen in the page, among the roots. */
export function servedShell(roots: readonly string[]): Shell {
  return {
    host: 'served',
    roots: roots.length > 0 ? roots : [homedir()],
    pick: async () => [],
    reveal: async (path) => {
      if (!hasDisplay()) throw new ExpectedError('unsupported', sentence('served.noFileManagerWhere'))
      const isFolder = (await stat(path)).isDirectory()
      const folder = isFolder ? path : dirname(path)
      const program = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
      const child = spawn(program, [folder], { detached: true, stdio: 'ignore' })
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', () =>
          reject(new ExpectedError('unsupported', sentence('served.noFileManagerWas'))),
        )
      })
      child.unref()
    },
  }
}
