import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTensorflow, requirement, root } from '../../support/requirements'

const execute = promisify(execFile)
const versions = [20, 22, 24]
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-nodes-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Brings another Node.js from the npm registry. @returns its program, or null when the registry is not reached */
async function bringNode(version: number): Promise<string | null> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const prefix = join(folder, String(version))
  const npm = [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${version}`,
  ]
  try {
    await execute('npm', npm, { shell: process.platform === 'win32' })
  } catch {
    // Without the registry npm ends with an error; what is left out then is said by the requirement.
    return null
  }
  const program = join(
    prefix,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
  return existsSync(program) ? program : null
}

describe.skipIf(!hasTensorflow())('the TensorFlow library', () => {
  it.for(versions)('loads and computes under Node.js %i', async (version, { skip }) => {
    const own = Number(process.versions.node.split('.')[0]) === version
    const program = own ? process.execPath : await bringNode(version)
    const reached = requirement(
      'nodes',
      () => program !== null,
      `Node.js ${versions.join(', ')}: the npm registry is not reached.`,
    )
    if (!reached || !program) return skip()
    const { stdout: nodeVersion } = await execute(program, ['--version'])
    expect(nodeVersion).toMatch(new RegExp(`^v${version}\\.`))
    const { stdout } = await execute(program, [join(root, 'src/main/setup/tensorflow/probe.mjs')])
    expect(JSON.parse(stdout.trim())).toEqual({
      version: expect.stringMatching(/^2\./),
      gpu: expect.any(Boolean),
    })
  })
})
