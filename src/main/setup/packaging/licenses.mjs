import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundled } from './bundled.mjs'
import { manifest, packagesInside } from './packages.mjs'

const isLicense = (name) => /^(licen[cs]e|copying|notice)/i.test(name)

/** The licences of everything in the package but Electron, whose own lie beside its executable. Each text once, with what is under it. */
export function licenses(root, target) {
  const devDependencies = Object.keys(manifest(root, '').devDependencies).map(
    (name) => `node_modules/${name}`,
  )
  const built = [...bundled.map((name) => `node_modules/${name}`), ...devDependencies.filter(isInPage)]
  const folders = [...new Set([...packagesInside(root, target), ...built])].sort()
  const byText = new Map()
  for (const folder of folders.filter((one) => existsSync(join(root, one, 'package.json')))) {
    const { name, version, license } = manifest(root, folder)
    const text =
      textOf(join(root, folder)) ??
      `The package names its licence and holds no text of it: ${nameOf(license)}.`
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${nameOf(license)})`])
  }
  const own = readFileSync(join(root, 'LICENSE'), 'utf8').trim()
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}`)
  return [`Hourglass\n\n${own}`, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`) + '\n'
}

/** What the page is built of; the rest of the development packages stays out. */
const isInPage = (folder) =>
  /node_modules\/(vue|vue-router|vue-i18n|vue-echarts|pinia|reka-ui|d3-contour|umap-js|embedding-atlas|@vueuse\/core|@lucide\/vue|@tanstack\/vue-virtual|@fontsource-variable\/inter|hyparquet)$/.test(
    folder,
  )

const nameOf = (license) => (typeof license === 'string' ? license : (license?.type ?? 'see its text'))

function textOf(folder) {
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isLicense(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim())
  return texts.length > 0 ? texts.join('\n\n') : null
}
