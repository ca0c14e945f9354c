/**
 * `npm run fuzz:networks`: random networks of PyTorch and Keras, written in their own Python (PEERS_PYTHON), imported and
 * compared, 2,000 of each. `npm run fuzz:networks -- --count 200 --seed 7 --program keras` for others.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import checkout from './checkout.cjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    program: { type: 'string' },
  },
})
const seed = values.seed ?? String(Date.now() % 1_000_000)
console.log(`${values.count} networks of ${values.program ?? 'each program'} from seed ${seed}.`)
checkout.prepareCheckout(root)
const env = { ...process.env, HOURGLASS_FUZZ_NETWORKS: values.count, HOURGLASS_FUZZ_SEED: seed }
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const test = 'test/main/engine/importers/randomNetworks.test.ts'
const only = values.program ? ['-t', `random networks of ${values.program}`] : []
const { status } = spawnSync(process.execPath, [vitest, 'run', test, ...only], {
  ...{ cwd: root, env, stdio: 'inherit' },
})
process.exitCode = status ?? 1
