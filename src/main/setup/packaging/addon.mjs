import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import checkout from '../checkout.cjs'
import { cacheEntry } from '../tensorflow/cache.mjs'
import { tfjsPackage } from '../tensorflow/place.mjs'
import { fillFromWheels } from '../tensorflow/wheelEntry.mjs'

const name = join('lib', 'napi-v8', 'tfjs_binding.node')

/** The addon that TensorFlow.js downloads from its makers is built for another library. */
const isOurs = (path) => existsSync(path) && readFileSync(path).includes('libtensorflow_cc.so.2')

/**
 * The addon for TensorFlow's library, which the app fetches itself: one that was built here before, else a new one. N-API keeps its
 * interface, so that one serves Node.js and Electron of any version. Null on systems for which there is no library to fetch, and
 * where none can be built; a package is then made without it.
 */
export async function addonForPackage() {
  if (process.platform !== 'linux') return null
  const places = [tfjsPackage().folder, cacheEntry('cpu'), cacheEntry('cuda')].map((folder) =>
    join(folder, name),
  )
  const built = places.find(isOurs)
  if (built) return built
  try {
    await fillFromWheels('cpu')
    return places[1]
  } catch (error) {
    if (!(error instanceof checkout.SetupError)) throw error
    console.error(`The package is made without the addon for TensorFlow: ${error.message}`)
    return null
  }
}
