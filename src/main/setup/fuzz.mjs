/**
 * `npm run fuzz`: every command and many frames with odd parameters made from the contract, until 20,000 calls were answered
 * with a result or a sentence, or one was not. `npm run fuzz -- --calls 2000 --seed 7` for fewer, or other ones.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import checkout from './checkout.cjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { values } = parseArgs({
  options: { calls: { type: 'string', default: '20000' }, seed: { type: 'string' } },
})
const seed = values.seed ?? String(Date.now() % 1_000_000)
console.log(`${values.calls} calls from seed ${seed}.`)
checkout.prepareCheckout(root)
const env = { ...process.env, HOURGLASS_FUZZ_CALLS: values.calls, HOURGLASS_FUZZ_SEED: seed }
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/fuzz', '--disable-console-intercept'], {
  cwd: root,
  env,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
