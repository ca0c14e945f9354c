import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { hourglass } from '../../support/commandLine'
import { root } from '../../support/requirements'

const pages = await Promise.all(
  ['README.md', 'docs/commands.md', 'docs/CONTRIBUTING.md', 'docs/ARCHITECTURE.md'].map(async (name) => ({
    folder: dirname(join(root, name)),
    text: await readFile(join(root, name), 'utf8'),
  })),
)
const all = pages.map(({ text }) => text).join('\n')
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** The commands with all options that are written for them, such as train with --out, --resume. */
const commands = new Map<string, Set<string>>()
for (const [, name, rest] of all.matchAll(/npm run -s hourglass -- ([a-z]+)([^#`\n]*)/g))
  commands.set(name!, new Set([...(commands.get(name!) ?? []), ...(rest!.match(/--[a-z][a-z-]*/g) ?? [])]))

it('names every command there is to use', () => {
  for (const name of ['sample', 'import', 'train', 'evaluate', 'reconstruct', 'encode', 'decode', 'devices'])
    expect([...commands.keys()]).toContain(name)
})

it.each([...commands])('writes %s with options that it has', async (name, options) => {
  const { code, stdout } = await hourglass(name, '--help')
  expect(code).toBe(0)
  for (const option of options) expect(stdout).toContain(`${option} `)
})

it('names scripts and files that are there', async () => {
  for (const [, script] of all.matchAll(/npm run (?:-s )?([a-z:]+)/g))
    expect(Object.keys(scripts)).toContain(script)
  for (const { folder, text } of pages)
    for (const [, path] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      const there = join(folder, path!)
      const isFolder = (await stat(there)).isDirectory()
      expect((await (isFolder ? readdir(there) : readFile(there))).length).toBeGreaterThan(0)
    }
})
