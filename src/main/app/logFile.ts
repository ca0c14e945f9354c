import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../base/log'

/** Beyond this size the file becomes hourglass.1.log, and the one before that goes. */
const largestBytes = 2 << 20

/** hourglass.log in a folder that is made when needed. What cannot be written is lost: a log stops nobody's work. */
export function openLogFile(folder: string): Log & { readonly path: string } {
  const path = join(folder, 'hourglass.log')
  let bytes = sizeOf(path)
  const write = (level: string, text: string) => {
    const line = `${new Date().toISOString()} ${level} ${text}\n`
    try {
      if (bytes === null) mkdirSync(folder, { recursive: true })
      if ((bytes ?? 0) > largestBytes) {
        renameSync(path, join(folder, 'hourglass.1.log'))
        bytes = 0
      }
      appendFileSync(path, line)
      bytes = (bytes ?? 0) + line.length
    } catch {
      bytes = null // No rights or a full disk: the next line tries again.
    }
  }
  return {
    path,
    info: (text) => write('info ', text),
    warn: (text) => write('warn ', text),
    error: (text, error) =>
      write(
        'error',
        error === undefined ? text : `${text} ${error instanceof Error ? error.stack : String(error)}`,
      ),
  }
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size
  } catch {
    return null
  }
}
