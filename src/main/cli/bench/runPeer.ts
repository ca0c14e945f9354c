import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import type { z } from 'zod'
import { CancelledError, ExpectedError } from '../../../shared/errors'

/**
 * What a peer's script measures: the JSON of its last line. Scripts lie beside the project where it is developed.
 *
 * @param flags by name, without dashes
 * @throws ExpectedError `not-found` where there is no such script, `bad-input` when it fails; CancelledError
 */
export async function runPeer<T>(
  python: string,
  script: string,
  args: readonly string[],
  flags: Readonly<Record<string, string | number>>,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const path = resolve('../shared/tools/peers', script)
  if (!existsSync(path))
    throw new ExpectedError(
      'not-found',
      `--peers needs ${path}, which is not here. Leave --peers out to measure Hourglass alone.`,
    )
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
  try {
    const { stdout } = await promisify(execFile)(python, [path, ...args, ...options], { signal })
    return schema.parse(JSON.parse(stdout.trim().split('\n').at(-1)!))
  } catch (error) {
    if (signal?.aborted) throw new CancelledError('Stopped.')
    const what = [path, ...args].join(' ')
    throw new ExpectedError('bad-input', `${python} could not run ${what}: ${(error as Error).message}`)
  }
}
