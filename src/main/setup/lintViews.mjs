/**
 * Looks for promises in the scripts of .vue files that nobody waits for: a part of `npm run lint`. oxlint reads the types of
 * .ts files alone, so the renderer is copied to a temporary folder with each script as a file that ends in .vue.ts, its lines where
 * they were. ESLint reads .vue files itself, but its types of them take a hundred times as long.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const renderer = 'src/renderer'

/** What stands between the tags of a script, below as many empty lines as were above it. @param {string} view */
export function scriptOf(view) {
  const found = /<script\b[^>]*\blang="ts"[^>]*>\n([\s\S]*?)<\/script>/.exec(view)
  if (!found) return ''
  const above = view.slice(0, found.index + found[0].indexOf('\n') + 1)
  return above.replace(/[^\n]/g, '') + found[1]
}

/** @param {string} copy an empty folder */
function copyRenderer(copy) {
  for (const path of readdirSync(join(root, renderer), { recursive: true, encoding: 'utf8' })) {
    const [from, to] = [join(root, renderer, path), join(copy, renderer, path)]
    if (!/\.(vue|ts)$/.test(path)) continue
    mkdirSync(dirname(to), { recursive: true })
    if (path.endsWith('.ts')) cpSync(from, to)
    else writeFileSync(`${to}.ts`, scriptOf(readFileSync(from, 'utf8')))
  }
  for (const name of ['node_modules', 'src/main', 'src/preload', 'src/shared'])
    symlinkSync(join(root, name), join(copy, name), 'junction')
  cpSync(join(root, 'tsconfig.json'), join(copy, 'tsconfig.json'))
  const base = { extends: '../../tsconfig.json', include: ['.'], exclude: [] }
  const compilerOptions = { lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: ['vite/client'] }
  writeFileSync(join(copy, renderer, 'tsconfig.json'), JSON.stringify({ ...base, compilerOptions }))
  const { plugins, categories, rules } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'))
  writeFileSync(join(copy, '.oxlintrc.json'), JSON.stringify({ plugins, categories, rules }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const copy = mkdtempSync(join(tmpdir(), 'hourglass-lint-'))
  try {
    copyRenderer(copy)
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
    const args = [oxlint, '--type-aware', '--no-ignore', '-c', join(copy, '.oxlintrc.json'), renderer]
    const { status } = spawnSync(process.execPath, args, { cwd: copy, stdio: 'inherit' })
    process.exitCode = status ?? 1
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
