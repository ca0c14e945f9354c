import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import lock from '../lock.cjs'
import { cacheFolder, tfjsPackage } from './place.mjs'
import { tensorflowVersion } from './wheel.mjs'

/**
 * Where a TensorFlow for @tensorflow/tfjs-node-gpu is kept between clones, whole or not at all:
 *
 *     deps/lib/        libtensorflow.so and what it needs
 *     deps/nvidia/     CUDA, in the `cuda` variant only; libtensorflow looks in $ORIGIN/../nvidia for it
 *     lib/napi-v8/     the addon, built against it; the same file serves all versions of Node.js
 */
export function cacheEntry(variant) {
  const name = `${tensorflowVersion}-${variant}-${process.platform}-${process.arch}-tfjs-${tfjsPackage().version}`
  return join(cacheFolder(), 'tensorflow', name)
}

/** Calls `fill` with a folder beside the entry, which takes its name once it is complete. @throws what `fill` throws */
export async function fillEntry(entry, fill) {
  if (existsSync(entry)) return
  await mkdir(dirname(entry), { recursive: true })
  await removeAbandoned(entry)
  const partial = `${entry}.partial-${process.pid}`
  try {
    await mkdir(partial)
    await fill(partial)
    await rename(partial, entry)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another process was faster.
    if (existsSync(entry)) return
    throw error
  }
}

/** Unpacking takes more than a gigabyte: what a killed process left is not worth keeping. */
async function removeAbandoned(entry) {
  const marker = `${basename(entry)}.partial-`
  for (const name of await readdir(dirname(entry))) {
    if (!name.startsWith(marker) || lock.isAlive(Number(name.slice(marker.length)))) continue
    await rm(join(dirname(entry), name), { recursive: true, force: true })
  }
}

/**
 * Makes the package use an entry. `deps` is a link: the addon's own $ORIGIN/../../deps/lib goes through it, and
 * $ORIGIN/../nvidia of the libraries behind it stays inside the entry.
 */
export async function useEntry(entry) {
  const { folder } = tfjsPackage()
  await removeLibraries()
  await symlink(join(entry, 'deps'), join(folder, 'deps'))
  await cp(join(entry, 'lib'), join(folder, 'lib'), { recursive: true })
}

/** Takes library and addon out of the package; what lies behind a link stays. */
export async function removeLibraries() {
  const { folder } = tfjsPackage()
  await rm(join(folder, 'deps'), { recursive: true, force: true })
  await rm(join(folder, 'lib'), { recursive: true, force: true })
}
