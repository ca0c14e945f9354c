import checkout from '../checkout.cjs'
import { buildAddon, requireCompiler } from './addon.mjs'
import { cacheEntry, fillEntry } from './cache.mjs'
import { fetchWheels } from './fetched.mjs'
import { tensorflowVersion } from './wheel.mjs'
import { requirePip, unpackWheels } from './wheels.mjs'

/**
 * The cache's entry for a variant, `cuda` or `cpu`: libraries out of the wheels, by pip or, where that does not work, by the app itself,
 * and the addon built against them. @throws SetupError
 */
export async function fillFromWheels(variant) {
  const entry = cacheEntry(variant)
  await fillEntry(entry, async (folder) => {
    await requireCompiler()
    const size = variant === 'cuda' ? 'some 4 GB' : '270 MB'
    process.stderr.write(`Bringing TensorFlow ${tensorflowVersion} (${size}, once for this machine).\n`)
    await bringWheels(variant, folder)
    await buildAddon(folder)
  })
  return entry
}

async function bringWheels(variant, folder) {
  try {
    await requirePip()
    await unpackWheels(variant, folder)
  } catch (error) {
    if (!(error instanceof checkout.SetupError)) throw error
    process.stderr.write(`${error.message} Fetching it without Python.\n`)
    await fetchWheels(variant, folder)
  }
}
