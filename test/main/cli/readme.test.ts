import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hourglass } from '../../support/commandLine'
import { root } from '../../support/requirements'

const readme = await readFile(join(root, 'README.md'), 'utf8')
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** Command and options of each line, such as ["train", ["--out", "--resume"]]. */
const commands = [...readme.matchAll(/npm run -s hourglass -- ([a-z]+)([^#`\n]*)/g)].map(
  ([, name, rest]) => [name!, rest!.match(/--[a-z]+/g) ?? []] as const,
)

it('names every command there is to use', () => {
  const named = new Set(commands.map(([name]) => name))
  for (const name of ['sample', 'import', 'train', 'evaluate', 'reconstruct', 'encode', 'decode', 'devices'])
    expect(named).toContain(name)
})

it.each(commands)('writes %s with options that it has: %j', async (name, options) => {
  const { code, stdout } = await hourglass(name, '--help')
  expect(code).toBe(0)
  for (const option of options) expect(stdout).toContain(`${option} `)
})

it('names scripts and files that are there', async () => {
  for (const [, script] of readme.matchAll(/npm run (?:-s )?([a-z:]+)/g))
    expect(Object.keys(scripts)).toContain(script)
  for (const [, path] of readme.matchAll(/\]\(([^)#:]+)\)/g))
    expect((await readFile(join(root, path!))).length).toBeGreaterThan(0)
})
