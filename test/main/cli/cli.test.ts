import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../support/requirements'

let folder: string

beforeAll(async () => {
  // Inside the checkout, so that the bundle finds node_modules.
  await mkdir(join(root, 'out'), { recursive: true })
  folder = await mkdtemp(join(root, 'out', 'cli-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: join(import.meta.dirname, 'fixtureCommands.ts'), outDir: folder, target: 'node20' },
  })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(folder, 'fixtureCommands.js'), ...args])
}

async function finish(child: ChildProcess) {
  const said = { stdout: '', stderr: '' }
  child.stdout!.on('data', (data) => (said.stdout += data))
  child.stderr!.on('data', (data) => (said.stderr += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}

const run = (...args: string[]) => finish(start(...args))

describe('exit codes', () => {
  it.each([
    ['expected', 3, 'There is no folder called x.\n'],
    ['usage', 2, 'Give one of --a and --b.\n'],
    ['cancelled', 130, 'Saved. Add --resume to go on.\n'],
  ])('ends a failure that is %s with %i and its sentence alone', async (how, code, stderr) => {
    expect(await run('fail', how)).toEqual({ code, stdout: '', stderr })
  })

  it.each([
    ['fail', 'bug'],
    ['fail', 'bug', '--later'],
  ])('ends a bug with 1 and shows its stack once: %s', async (...args) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Hourglass has hit a bug: TypeError: x is undefined\n {4}at /)
    expect(stderr.match(/x is undefined/g)).toHaveLength(1)
  })

  it.each([
    [['wrok'], /unknown command 'wrok'[\s\S]*Did you mean work/],
    [['fail'], /missing required argument 'how'/],
    [['fail', 'bug', '--loud'], /unknown option '--loud'/],
    [
      ['report', '--count', '1.5'],
      /'--count <n>' argument '1.5' is invalid. Write a whole number from 1 to 100000./,
    ],
    [['report', '--noise', 'gauss:25'], /"gauss:25" is not a kind of noise/],
  ])('ends bad usage with 2: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toMatch(sentence)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('shows what there is when no command is given, which is bad usage', async () => {
    const { code, stderr } = await run()
    expect(code).toBe(2)
    expect(stderr).toMatch(/Usage: hourglass[\s\S]*report/)
  })

  it('ends a call for help with 0 and shows the switches of all commands', async () => {
    const { code, stdout, stderr } = await run('report', '--help')
    expect(stdout).toMatch(/Report\.[\s\S]*--count <n>[\s\S]*--json/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('output', () => {
  it('puts results on stdout and progress on stderr', async () => {
    const { stdout, stderr } = await run('report')
    expect(stdout).toBe('line 1\nline 2\nline 3\n')
    expect(stderr).toMatch(/^Counting: .*\nCounting: 3\/3 lines.*\nThat was all\.\n$/)
  })

  it('prints objects and nothing else with --json, wherever the switch stands', async () => {
    for (const args of [
      ['--json', 'report'],
      ['report', '--json'],
    ]) {
      const { stdout, stderr } = await run(...args)
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual([1, 2, 3].map((line) => ({ type: 'line', line })))
      expect(stderr).toBe('')
    }
  })

  it('keeps the results and drops the progress with --quiet', async () => {
    expect(await run('report', '--quiet')).toEqual({
      code: 0,
      stdout: 'line 1\nline 2\nline 3\n',
      stderr: '',
    })
  })

  it('says nothing when its reader goes away', async () => {
    const child = start('report', '--count', '100000', '--quiet')
    child.stdout!.once('data', () => child.stdout!.destroy())
    expect(await finish(child)).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'lets the work save after %s, which npm may send twice',
    async (signal) => {
      const child = start('work')
      const finished = finish(child)
      await once(child.stdout!, 'data')
      child.kill(signal)
      child.kill(signal)
      const { code, stdout, stderr } = await finished
      expect({ code, stdout }).toEqual({ code: 130, stdout: 'ready\nsaved\n' })
      expect(stderr).toMatch(/^Stopping\..*\nInterrupted\.\n$/)
    },
  )

  it('ends at once when asked again', async () => {
    const child = start('work', '--deaf')
    const finished = finish(child)
    await once(child.stdout!, 'data')
    const nagging = setInterval(() => child.kill('SIGINT'), 50)
    const { code, stdout } = await finished
    clearInterval(nagging)
    expect({ code, stdout }).toEqual({ code: 130, stdout: 'ready\n' })
  })
})
