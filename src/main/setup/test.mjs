/**
 * `npm test`: installs what is missing, brings TensorFlow's library, builds, and runs type checker, linter and tests, those
 * of the window in a Chromium that is installed, and beside them the others, on what those leave of the processor. The last
 * line adds them up: "N passed, N failed, N skipped". With arguments it runs vitest alone and hands them on.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import checkout from './checkout.cjs'
import { findChromium } from './chromium.mjs'
import { setupTensorflow } from './setupTensorflow.mjs'
import { countPlaywright, countTests, namesOfFailures, sum } from './testReport.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const filters = process.argv.slice(2)

/** Said once more at the end, where it is not lost in what the runners print. */
const failures = []

/** Checks of package.json, side by side; each passes or fails as a whole, and what it says is shown when it ends. */
function runScripts(...scripts) {
  return Promise.all(
    scripts.map(
      (script) =>
        new Promise((resolve) => {
          checkout.startNpm(root, ['run', '--silent', script], (error, stdout, stderr) => {
            console.log(`\n${script}`)
            process.stdout.write(stdout + stderr)
            resolve({ passed: error ? 0 : 1, failed: error ? 1 : 0, skipped: 0 })
          })
        }),
    ),
  )
}

/**
 * Runs a program of node_modules that writes a report, and counts what is in it.
 *
 * @param aside a promise: until it is settled another one runs, which this one is not to slow down or to talk into
 */
async function runReporting(program, args, count, aside = null) {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-test-'))
  const report = join(folder, 'report.json')
  const env = { ...process.env, HOURGLASS_E2E_REPORT: report }
  if (aside && process.stdout.isTTY) env.FORCE_COLOR ??= '1'
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args(report)], {
    cwd: root,
    env,
    stdio: ['ignore', aside ? 'pipe' : 'inherit', aside ? 'pipe' : 'inherit'],
  })
  try {
    const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    if (aside) {
      setPriority(child.pid, constants.priority.PRIORITY_LOW)
      await shownAfter(aside, child, ended)
    }
    const status = await ended
    const counts = count(report, status)
    if (counts.failed > 0) failures.push(...namesOfFailures(report))
    return counts
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Holds back what a program says until a promise is settled, then lets it speak. @returns when it has said everything */
async function shownAfter(aside, { stdout, stderr }, ended) {
  // Nothing may wait for a reader meanwhile.
  const said = new PassThrough({ highWaterMark: 2 ** 28 })
  stdout.pipe(said, { end: false })
  stderr.pipe(said, { end: false })
  const all = finished(said)
  const close = () => said.end()
  ended.then(close, close)
  await Promise.allSettled([aside])
  said.pipe(process.stdout, { end: false })
  await all
}

const runVitest = (aside) =>
  runReporting(
    'vitest/vitest.mjs',
    (report) => ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters],
    countTests,
    aside,
  )

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
  if (filters.length > 0) return runVitest()
  const checks = await runScripts('typecheck', 'lint')
  const ofWindow = runPlaywright()
  return sum([...checks, ...(await Promise.all([ofWindow, runVitest(ofWindow)]))])
}

const { passed, failed, skipped } = await test()
for (const name of failures) console.log(`Failed: ${name}`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0
