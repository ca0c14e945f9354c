import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command, Option } from 'commander'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../../src/main/cli/commands'
import type { CommandContext } from '../../../src/main/cli/context'
import { createProgram } from '../../../src/main/cli/program'
import { finished, hourglass, startHourglassWith } from '../../support/commandLine'
import { root } from '../../support/requirements'
import { folderOfFile } from '../../support/testFolder'

let options: Record<string, unknown> = {}
const program = createProgram(commands, {} as CommandContext, { json: false, quiet: false })
const leaves = collect(program, [])

/** Commands that do something, with the words that name them. What they were given is kept, and nothing is done. */
function collect(command: Command, words: string[]): { words: string[]; command: Command }[] {
  command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  if (command.commands.length > 0)
    return command.commands.flatMap((one) => collect(one, [...words, one.name()]))
  command.action(() => void (options = command.opts()))
  return [{ words, command }]
}

function parsed(args: readonly string[]): Record<string, unknown> {
  program.parse(args, { from: 'user' })
  return options
}

const required = ({ registeredArguments: given, options: all }: Command): string[] => [
  ...given.filter((one) => one.required).map(() => 'x'),
  ...all.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [`${long}=x`]),
]

/** Values that the help of an option names: its choices, its default, `auto`, and those of its examples. */
function valuesOf(option: Option): string[] {
  if (option.isBoolean()) return ['']
  const { description, argChoices = [], defaultValue, defaultValueDescription } = option
  const standard = defaultValue === undefined ? [] : [defaultValueDescription ?? shown(option, defaultValue)]
  const named = [...description.matchAll(/(?:for example|such as) ([\w:.,-]+)(?: or ([\w:.-]+))?/g)]
  const auto = /\bauto\b/.test(description) && !argChoices.length ? ['auto'] : []
  const all = [...argChoices, ...standard, ...auto, ...named.flatMap(([, a, b]) => [a, b])]
  return [...new Set(all.filter((value): value is string => !!value))].map((value) => `=${value}`)
}

/** As a person writes it: axes count from 1. */
function shown({ long }: Option, value: unknown): string {
  if (long === '--axes') return (value as number[]).map((axis) => axis + 1).join()
  return Array.isArray(value) ? value.join() : String(value)
}

describe.each(leaves)('hourglass $words', ({ words, command }) => {
  const given = [...words, ...required(command)]
  const values = command.options.flatMap((option) => valuesOf(option).map((value) => ({ option, value })))
  const written = ({ option, value }: (typeof values)[number]) => `${option.long}${value}`

  it('takes every value that its help names, alone and in pairs', () => {
    for (const [i, one] of values.entries()) {
      const alone = parsed([...given, written(one)])
      // What parses to nothing is an empty text afterwards, which no command knows.
      expect(alone[one.option.attributeName()], written(one)).not.toBe('')
      for (const other of values.slice(i + 1))
        if (other.option !== one.option) parsed([...given, written(one), written(other)])
    }
  })

  it('does the same with a default that is written out', () => {
    for (const option of command.options) {
      const { defaultValue, defaultValueDescription } = option
      if (defaultValue === undefined || option.isBoolean() || String(defaultValue) === '') continue
      const value = defaultValueDescription ?? shown(option, defaultValue)
      const without = parsed(given)
      expect(parsed([...given, `${option.long}=${value}`]), option.long).toEqual(without)
    }
  })
})

it('reads the commands that README, the documents and the helps themselves write', async () => {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'))
  const texts = await Promise.all(
    ['README.md', ...docs.map((name) => join('docs', name))].map((name) =>
      readFile(join(root, name), 'utf8'),
    ),
  )
  let helps = ''
  for (const { command } of leaves) {
    command.configureOutput({ writeOut: (text) => (helps += text) })
    command.outputHelp()
  }
  const lines = [
    ...texts.flatMap((text) => [...text.matchAll(/npm run -s hourglass -- ([a-z][^#`\n]*)/g)]),
    ...helps.matchAll(/^ +hourglass ([a-z].*)$/gm),
  ].map(([, line]) => line!.trim().split(/\s+/))
  expect(lines.length).toBeGreaterThan(40)
  for (const words of lines) {
    if (words.includes('COMMAND') || words.includes('--help')) continue
    expect(() => parsed(words), words.join(' ')).not.toThrow()
  }
})

describe('with every default written out', () => {
  let folder: string
  const at = (...names: string[]) => join(folder, ...names)
  const run = async (...args: string[]) => {
    const env = { ...process.env, HOURGLASS_HOME: at('home') }
    const said = await finished(startHourglassWith(env, ...args, '--quiet'))
    expect(said, args.join(' ')).toMatchObject({ code: 0 })
    return said
  }
  /** Of a command, all options that have a default. */
  const defaults = (...words: string[]) =>
    leaves
      .find((leaf) => leaf.words.join() === words.join())!
      .command.options.filter(({ defaultValue }) => defaultValue !== undefined)
      .flatMap((option) => [
        option.long!,
        option.defaultValueDescription ?? shown(option, option.defaultValue),
      ])

  beforeAll(async () => {
    folder = await folderOfFile()
    await run('sample', ...defaults('sample'), '--count', '72', '--out', at('letters'))
    await run('import', at('letters'), ...defaults('import'), '--out', at('d'))
    const train = ['--preset', 'tied-784-32', '--epochs', '1', '--noise', 'gaussian:25', '--runtime', 'onnx']
    await run('train', at('d'), ...train, '--out', at('run'))
    const random = new Uint8Array(64 * 48 * 3).map((_, i) => (i * 7919) % 256)
    await sharp(random, { raw: { width: 64, height: 48, channels: 3 } })
      .png()
      .toFile(at('p.png'))
  })

  it.each([
    [['denoise'], () => [at('p.png'), '--out', at('clean')]],
    [['evaluate'], () => [at('run'), at('d')]],
    [['reconstruct'], () => [at('run'), at('p.png'), '--out', at('drawn')]],
    [['encode'], () => [at('run'), at('d'), '--out', at('codes.csv')]],
    [['latent'], () => [at('run'), at('d'), '--out', at('map')]],
    [['export'], () => [at('run'), '--out', at('exported')]],
    [['neighbours'], () => [at('run'), at('d'), at('p.png')]],
  ])('%s runs', async (words, args) => {
    await run(...words, ...args(), ...defaults(...words))
  })

  it('denoise skips what was done before, and goes on with the rest', async () => {
    await sharp(at('p.png')).png().toFile(at('q.png'))
    await run('denoise', at('p.png'), '--out', at('two'))
    const { stdout } = await run('denoise', at('p.png'), at('q.png'), '--out', at('two'))
    expect(stdout).toContain('1 picture done before')
    expect(stdout).toContain('1 picture in')
    expect((await readdir(at('two'))).sort()).toEqual(['p.png', 'q.png'])
    const other = ['denoise', at('p.png'), '--out', at('two'), '--strength', '0.5']
    const refused = await hourglass(...other)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('holds p.png already') })
  })

  it('export writes the file that --out names', async () => {
    await run('export', at('run'), '--out', at('files', 'model.onnx'))
    await run('export', at('run'), '--out', at('files', 'a.keras'))
    expect((await readdir(at('files'))).sort()).toEqual(['a.keras', 'model.onnx'])
    await run('import-model', at('files', 'a.keras'), '--out', at('again'))
    const wrong = await hourglass('export', at('run'), '--format', 'onnx', '--out', at('files', 'b.keras'))
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--format keras') })
  })
})
