import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import checkout from './checkout.cjs'
import lock from './lock.cjs'
import { removeLibraries, useEntry } from './tensorflow/cache.mjs'
import { hasNvidiaGpu } from './tensorflow/nvidia.mjs'
import { runOwnInstaller } from './tensorflow/ownInstaller.mjs'
import { tfjsPackage } from './tensorflow/place.mjs'
import { verifyTensorflow } from './tensorflow/verify.mjs'
import { fillFromWheels } from './tensorflow/wheelEntry.mjs'

const { SetupError } = checkout

/**
 * Brings the native library of @tensorflow/tfjs-node-gpu, by the first of these that works: it loads already; the wheels
 * of TensorFlow and CUDA (Linux with an NVIDIA GPU); the package's own installer; the wheel of TensorFlow without CUDA
 * (Linux). Says on stderr, in a line each, what it does and why a way failed.
 *
 * @returns {Promise<{ ok: boolean, message: string }>}
 */
export async function setupTensorflow() {
  const release = lock.acquireLock(join(tfjsPackage().folder, '.setup.lock'))
  try {
    return await tryWays()
  } finally {
    release()
  }
}

async function tryWays() {
  const gpu = await hasNvidiaGpu()
  const before = await verifyTensorflow()
  if (before.ok && (before.gpu || !gpu)) return { ok: true, message: describe(before) }
  for (const [name, way] of ways(gpu)) {
    try {
      await way()
      const after = await verifyTensorflow()
      if (after.ok) return { ok: true, message: describe(after) }
      throw new SetupError(`it does not load: ${after.reason}`)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      say(`TensorFlow from ${name}: ${error.message}`)
    }
    // A library that computes, if only on the processor, is not to be lost to the next way.
    const left = before.ok ? await verifyTensorflow() : before
    if (left.ok) return { ok: true, message: describe(left) }
  }
  await removeLibraries()
  return { ok: false, message: 'no way to bring its library worked.' }
}

function ways(gpu) {
  const linux = process.platform === 'linux'
  return [
    ...(linux && gpu && process.arch === 'x64'
      ? [['the TensorFlow and CUDA wheels', () => installWheels('cuda')]]
      : []),
    ["the package's own installer", () => runOwnInstaller(gpu)],
    ...(linux ? [['the TensorFlow wheel', () => installWheels('cpu')]] : []),
  ]
}

/** @param variant `cuda` or `cpu` @throws SetupError */
async function installWheels(variant) {
  await useEntry(await fillFromWheels(variant))
}

function describe({ version, gpu }) {
  return `TensorFlow ${version} loads and computes on the ${gpu ? 'GPU' : 'processor'}.`
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

const runDirectly = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (runDirectly) {
  checkout.installCheckout(fileURLToPath(new URL('../../..', import.meta.url)))
  const { ok, message } = await setupTensorflow()
  if (ok) console.log(message)
  else say(`TensorFlow is not available: ${message}`)
  process.exitCode = ok ? 0 : 3
}
