/**
 * `npm test`: installs what is missing, brings TensorFlow's library, builds, and runs type checker, linter and tests, those
 * of the window in a Chromium that is installed. The last line adds them up: "N passed, N failed, N skipped". With
 * arguments it runs vitest alone and hands them on.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import checkout from './checkout.cjs'
import { findChromium } from './chromium.mjs'
import { setupTensorflow } from './setupTensorflow.mjs'
import { countPlaywright, countTests, namesOfFailures, sum } from './testReport.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const filters = process.argv.slice(2)

/** Said once more at the end, where it is not lost in what the runners print. */
const failures = []

/** Of 19: they take what the tests of the window, which wait much, leave of the processor. */
const niceness = 10

/**
 * Checks of package.json, side by side and beside the tests of the window; each passes or fails as a whole, and what it says
 * is shown when it ends.
 */
function runScripts(...scripts) {
  return Promise.all(
    scripts.map(
      (script) =>
        new Promise((resolve) => {
          const child = checkout.startNpm(root, ['run', '--silent', script], (error, stdout, stderr) => {
            console.log(`\n${script}`)
            process.stdout.write(stdout + stderr)
            resolve({ passed: error ? 0 : 1, failed: error ? 1 : 0, skipped: 0 })
          })
          if (child.pid !== undefined) setPriority(child.pid, niceness)
        }),
    ),
  )
}

/**
 * Runs a program of node_modules that writes a report, and counts what is in it. One `inBackground` says what it has to say
 * when it ends.
 */
async function runReporting(program, args, count, inBackground = false) {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-test-'))
  const report = join(folder, 'report.json')
  const env = { ...process.env, HOURGLASS_E2E_REPORT: report }
  try {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args(report)], {
      cwd: root,
      env,
      stdio: inBackground ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    })
    const said = []
    if (inBackground) {
      if (child.pid !== undefined) setPriority(child.pid, niceness)
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => said.push(piece))
    }
    const [status] = await once(child, 'close')
    process.stdout.write(Buffer.concat(said))
    const counts = count(report, status)
    if (counts.failed > 0) failures.push(...namesOfFailures(report))
    return counts
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const runVitest = (args, inBackground) =>
  runReporting(
    'vitest/vitest.mjs',
    (report) => ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    countTests,
    inBackground,
  )

/** Tests that only compute: they need no other program, and nothing in them depends on how long it takes. */
const computing = [
  ...['graph', 'models', 'training', 'denoising', 'projection'],
  ...['runtimes', 'synthesis', 'imaging', 'latent', 'ratings', 'tables'],
].map((name) => `test/main/engine/${name}/`)

const excluding = (places) => places.map((place) => `--exclude=${place}**`)

/** The tests of the window leave half of a machine with two cores idle, and these take that half. */
async function runBesideWindow(checks) {
  return sum([...(await checks), await runVitest([...computing, '--maxWorkers=1'], true)])
}

async function runPlaywright() {
  if (!findChromium() && !(process.env.HOURGLASS_REQUIRE ?? '').includes('chromium')) {
    console.log('\nLeft out: tests of the window, for which no Chromium is installed. CHROMIUM names one.')
    return { passed: 0, failed: 0, skipped: 1 }
  }
  console.log('\nthe window, in Chromium')
  return runReporting(
    '@playwright/test/cli.js',
    () => ['test', '--config', 'test/e2e/playwright.config.ts'],
    countPlaywright,
  )
}

async function prepare() {
  const tensorflow = await setupTensorflow()
  console.log(
    tensorflow.ok ? tensorflow.message : `The tests with TensorFlow are left out: ${tensorflow.message}`,
  )
  checkout.prepareCheckout(root)
}

async function test() {
  let checks
  try {
    checkout.installCheckout(root)
    // These read sources alone, so they begin while TensorFlow is brought and the app is built.
    checks = filters.length > 0 ? [] : runScripts('typecheck', 'lint')
    await prepare()
  } catch (error) {
    if (!(error instanceof checkout.SetupError)) throw error
    console.log(error.message)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  if (filters.length > 0) return runVitest(filters)
  const [ofWindow, beside] = await Promise.all([runPlaywright(), runBesideWindow(checks)])
  return sum([await runVitest(excluding(computing)), ofWindow, beside])
}

const { passed, failed, skipped } = await test()
for (const name of failures) console.log(`Failed: ${name}`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0
