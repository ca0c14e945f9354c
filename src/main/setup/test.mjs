/**
 * `npm test`: installs what is missing, brings TensorFlow's library, builds, and runs type checker, linter and tests.
 * The last line adds them up: "N passed, N failed, N skipped". With arguments it runs vitest alone and hands them on.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import checkout from './checkout.cjs'
import { setupTensorflow } from './setupTensorflow.mjs'
import { countTests, sum } from './testReport.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const filters = process.argv.slice(2)

/** A check of package.json that passes or fails as a whole. */
function runScript(script) {
  console.log(`\n${script}`)
  const passed =
    checkout.runNpm(root, ['run', '--silent', script], { stdio: ['ignore', 'inherit', 'inherit'] }).status ===
    0
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 }
}

function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-test-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...filters], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    return countTests(report, status)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function prepare() {
  checkout.installCheckout(root)
  const tensorflow = await setupTensorflow()
  console.log(
    tensorflow.ok ? tensorflow.message : `The tests with TensorFlow are left out: ${tensorflow.message}`,
  )
  checkout.prepareCheckout(root)
}

async function test() {
  try {
    await prepare()
  } catch (error) {
    if (!(error instanceof checkout.SetupError)) throw error
    console.log(error.message)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const checks = filters.length === 0 ? ['typecheck', 'lint'].map(runScript) : []
  return sum([...checks, runVitest()])
}

const { passed, failed, skipped } = await test()
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0
