import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../../support/requirements'

type Counts = { passed: number; failed: number; skipped: number }
const { countTests, namesOfFailures } = (await import(join(root, 'src/main/setup/testReport.mjs'))) as {
  countTests(report: string, status: number): Counts
  namesOfFailures(report: string): string[]
}

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-report-'))
})

afterAll(() => rm(folder, { recursive: true }))

/** Of the last count. */
let names: string[]

/** Lets a vitest of its own run these files. */
async function count(files: Record<string, string>): Promise<Counts> {
  const project = await mkdtemp(join(folder, 'project-'))
  for (const [name, code] of Object.entries(files)) await writeFile(join(project, `${name}.test.js`), code)
  const report = join(project, 'report.json')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', project, '--globals', '--reporter=json', `--outputFile=${report}`]
  const status = await new Promise<number>((resolve) =>
    execFile(process.execPath, args, (error) => resolve(Number(error?.code ?? 0))),
  )
  names = namesOfFailures(report)
  return countTests(report, status)
}

const passing = `test('a', () => {})`

it('adds up what passed, failed and was skipped, and files that do not load', async () => {
  const counts = await count({
    mixed: `${passing}; test('b', () => { throw new Error() }); test.skip('c', () => {}); test.todo('d')`,
    skipped: `describe.skipIf(true)('group', () => { ${passing} })`,
    broken: `import './missing'; ${passing}`,
  })
  expect(counts).toEqual({ passed: 1, failed: 2, skipped: 3 })
  expect(names).toHaveLength(2)
  expect(names.join()).toMatch(/mixed\.test\.js › b/)
  expect(names.join()).toMatch(/broken\.test\.js: .*missing/)
})

it('fails a run that ends with an error although every test passed', async () => {
  const late = `test('a', async () => {
    void Promise.reject(new Error('nobody waits for this'))
    await new Promise((resolve) => setImmediate(resolve))
  })`
  const counts = await count({ late })
  expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

it('fails a run that leaves no report', () => {
  expect(countTests(join(folder, 'none.json'), 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
