import { fileURLToPath } from 'node:url'
import { lastLine, run } from './run.mjs'

const probe = fileURLToPath(new URL('./probe.mjs', import.meta.url))

/**
 * Loads TensorFlow in a fresh process: a library that does not fit can end the process that loads it.
 * Returns `{ ok: true, version, gpu }` or `{ ok: false, reason }`. `node` is the program to try it with.
 */
export async function verifyTensorflow(node = process.execPath) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }
  const { code, stdout, stderr, timedOut } = await run(node, [probe], { env, timeoutMs: 120_000 })
  if (timedOut) return { ok: false, reason: 'loading it took longer than two minutes' }
  if (code === 0) return { ok: true, ...JSON.parse(lastLine(stdout)) }
  const said = /^(?:\w*Error)(?: \[\w+\])?: .*$/m.exec(stderr)
  return { ok: false, reason: said ? said[0] : lastLine(stderr) }
}
