import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Files that the build leaves beside this code, wherever it was put: out/main, or a chunk in a folder of it. */
const here = dirname(fileURLToPath(import.meta.url))

function above(name: string): string | null {
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return join(folder, name)
    if (dirname(folder) === folder) return null
  }
}

/** Neither a worker thread of Electron nor a native library sees into an archive. What they read lies beside it in a packaged app. */
const unpacked = (path: string): string => path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked')

/** The built computeWorker.js. @throws Error when the build is incomplete */
export function computeWorkerEntry(): URL {
  const path = above('computeWorker.js')
  if (!path) throw new Error('computeWorker.js is not there: the build is incomplete. Run npm run build.')
  return pathToFileURL(unpacked(path))
}

/** The built decodeWorker.js, also for code that was not built itself. @throws Error when the build is incomplete */
export function decodeWorkerEntry(): URL {
  const path = above('decodeWorker.js') ?? above(join('out', 'main', 'decodeWorker.js'))
  if (!path) throw new Error('decodeWorker.js is not there: the build is incomplete. Run npm run build.')
  return pathToFileURL(unpacked(path))
}

/** Folder of the built page. @throws Error when the build is incomplete */
export function pageFolder(): string {
  const path = above(join('renderer', 'index.html'))
  if (!path) throw new Error('The page is not there: the build is incomplete. Run npm run build.')
  return dirname(path)
}

/** The built tensorflowProbe.js. @throws Error when the build is incomplete */
export function tensorflowProbe(): string {
  const path = above('tensorflowProbe.js') ?? above(join('out', 'main', 'tensorflowProbe.js'))
  if (!path) throw new Error('tensorflowProbe.js is not there: the build is incomplete. Run npm run build.')
  return unpacked(path)
}

/** The addon for TensorFlow without its libraries: that of a package, or one built in this checkout; null where there is none. */
export function tensorflowAddon(): string | null {
  const built = join('node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8')
  return above(join('tensorflow', 'tfjs_binding.node')) ?? above(join(built, 'tfjs_binding.node'))
}

/** setupTensorflow.mjs of a checkout; null in a packaged app. */
export const tensorflowSetup = (): string | null => above(join('src', 'main', 'setup', 'setupTensorflow.mjs'))

/** Undefined where it was not packaged, as on systems whose programs have an icon themselves. */
export const windowIcon = (): string | undefined => above(join('resources', 'icon.png')) ?? undefined

export function appVersion(): string {
  const path = above('package.json')
  return path ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : '0.0.0'
}

/** Folder of the models that come with the app. @throws Error when it was not packaged */
export function builtinModelsFolder(): string {
  const path = above(join('resources', 'models'))
  if (!path) throw new Error('resources/models is not there: the app is incomplete.')
  return unpacked(path)
}

/** Folder of what the samples are made of. @throws Error when it was not packaged */
export function sampleResources(): string {
  const path = above(join('resources', 'sample'))
  if (!path) throw new Error('resources/sample is not there: the app is incomplete.')
  return unpacked(path)
}
