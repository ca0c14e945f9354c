import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'

/** Prints each figure, beside the one to reach, as soon as it has been measured. */
export default class FiguresReporter implements Reporter {
  printsToStdio(): boolean {
    return true
  }

  onTestEnd(_test: TestCase, { annotations, errors }: TestResult): void {
    for (const { type, description } of annotations) console.log(`${type.padEnd(58)} ${description ?? ''}`)
    for (const { message } of errors) console.log(message)
  }
}
