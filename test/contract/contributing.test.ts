import { execFile } from 'node:child_process'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/requirements'
import { folderOfFile } from '../support/testFolder'

const run = promisify(execFile)
const examples = ['export-format', 'activation', 'operation', 'screen']
const exampleOf = (name: string) => join(root, 'docs/examples', `${name}.diff`)

/** A copy in which all examples of CONTRIBUTING.md have been followed. */
let copy: string
beforeAll(async () => {
  copy = await folderOfFile()
  for (const name of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    await cp(join(root, name), join(copy, name), { recursive: true })
  for (const name of ['node_modules', 'resources']) await symlink(join(root, name), join(copy, name), 'dir')
  for (const name of examples) await run('git', ['apply', exampleOf(name)], { cwd: copy })
  // A language is one file, found by itself.
  const english = JSON.parse(await readFile(join(copy, 'src/shared/texts/en.json'), 'utf8')) as object
  const other = { ...english, language: 'Pirate English' }
  await writeFile(join(copy, 'src/shared/texts/en-pirate.json'), JSON.stringify(other))
})

/** A program of node_modules, in the copy. @throws Error with what it wrote where it fails */
async function inCopy(program: string, ...args: string[]): Promise<string> {
  const own = [join(root, 'node_modules', program), ...args]
  return run(process.execPath, own, { cwd: copy, env: { ...process.env, NO_COLOR: '1' } }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}${error.stderr}`)
    },
  )
}

describe('the examples of CONTRIBUTING.md', () => {
  it('make a copy that the type checker accepts', async () => {
    await inCopy('typescript-native/bin/tsc', '--noEmit')
  })

  it('pass the checks of that copy', async () => {
    const own = ['exporters/csv', 'graph/gradients', 'importers/unitNormalization'].map(
      (name) => `test/main/engine/${name}.test.ts`,
    )
    const said = await inCopy(
      'vitest/vitest.mjs',
      ...['run', ...own, 'test/shared/texts.test.ts', 'test/renderer/help.test.ts'],
      ...['-t', 'softsign|table that gives|divides the channels|the texts in|says something of every screen'],
    )
    for (const name of ['csv', 'gradients', 'unitNormalization', 'texts', 'help'])
      expect(said).toMatch(new RegExp(`✓ .*${name}.test.ts`))
  })

  it('touch as few places as ARCHITECTURE.md says', async () => {
    const placesOf = async (name: string) => {
      const { stdout } = await run('git', ['apply', '--numstat', exampleOf(name)], { cwd: copy })
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
      return lines.map(([, , path]) => path!).filter((path) => !/^test\/|\/texts\//.test(path))
    }
    expect(await placesOf('export-format')).toHaveLength(2)
    expect(await placesOf('activation')).toHaveLength(2)
    expect(await placesOf('operation')).toHaveLength(3)
    expect(await placesOf('screen')).toHaveLength(2)
  })
})
