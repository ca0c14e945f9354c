import { existsSync, readFileSync } from 'node:fs'

/**
 * Counts of a vitest JSON report. A file that failed before its first test counts as one failure, and so does a run that
 * ended with an error although every test passed, or without a report.
 */
export function countTests(report, status) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = numFailedTests + brokenFiles
  return {
    passed: numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  }
}

/** Counts of a Playwright JSON report. A test that passed only when tried again has failed. */
export function countPlaywright(report, status) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = stats.unexpected + stats.flaky + errors.length
  return {
    passed: stats.expected,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: stats.skipped,
  }
}

/** Names of what failed, by file, of a report of either. */
export function namesOfFailures(report) {
  if (!existsSync(report)) return []
  const { testResults, suites } = JSON.parse(readFileSync(report, 'utf8'))
  return testResults ? failuresOfVitest(testResults) : suites.flatMap((suite) => failuresOfSuite(suite, []))
}

function failuresOfVitest(files) {
  return files.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (status === 'failed' && failed.length === 0) return [`${name}: ${message.split('\n')[0]}`]
    return failed.map(({ fullName, failureMessages }) => {
      const why = failureMessages[0]?.split('\n')[0] ?? ''
      return `${name} › ${fullName}: ${why.slice(0, 300)}`
    })
  })
}

function failuresOfSuite({ title, specs = [], suites = [] }, above) {
  const path = [...above, title]
  const own = specs.flatMap((spec) =>
    spec.tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ projectName, results }) => {
        const why = results[0]?.error?.message?.split('\n')[0] ?? ''
        return `[${projectName}] ${[...path, spec.title].join(' › ')}: ${why.slice(0, 300)}`
      }),
  )
  return [...own, ...suites.flatMap((suite) => failuresOfSuite(suite, path))]
}

export function sum(counts) {
  const total = (name) => counts.reduce((before, count) => before + count[name], 0)
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') }
}
