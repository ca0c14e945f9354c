import { copyFile, mkdir, readdir, rename, rm, statfs, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { holdApp } from '../../../store/appLock'
import { explainFileError } from '../../../store/fileErrors'
import { makeFolder } from '../../../store/makeFolder'
import { libraries } from '../../../setup/tensorflow/wheel.mjs'
import type { JobProgress } from '../../../base/jobService'
import { PackageIndex } from './packageIndex'
import { type PlannedWheel, planWheels, usualVariant, type Variant } from './plan'
import type { Probed } from './probeLibrary'
import { bytesHere, downloadFile } from './downloadFile'
import { type Requests, throwIfCancelled } from './requests'
import { neededEntries, unpackWheel } from './unpackWheel'
import { type Machine, thisMachine } from './wheels'

export interface FetchRequest {
  /** Where downloads are kept until the library is complete. Absolute path. */
  readonly home: string
  /** What is made: a folder that is there whole or not at all. Absolute path. */
  readonly library: string
  /** Version of TensorFlow. */
  readonly version: string
  /** Base of the index's JSON API. */
  readonly index: string
  /** The one that this machine can use, if not given. */
  readonly variant?: Variant
  /** Headers to build an addon with, instead of an addon. */
  readonly withHeaders: boolean
  /** tfjs_binding.node, which is put beside the libraries that it looks for; null where one is to be built. */
  readonly addon: string | null
  /** Loads what was made, before it takes its name; null where there is no addon yet. */
  readonly probe: ((folder: string) => Promise<Probed>) | null
  readonly requests: Requests
  readonly onProgress: (progress: JobProgress) => void
  /** What the disk has left; the system's own answer if not given. */
  readonly freeBytes?: (folder: string) => Promise<number>
  readonly machine?: Machine | null
}

/**
 * Brings TensorFlow's libraries out of the wheels of the Python package index, without Python:
 *
 *     deps/lib/       libtensorflow_cc.so.2, libtensorflow_framework.so.2
 *     deps/nvidia/    CUDA, in the variant with it; libtensorflow looks for it in $ORIGIN/../nvidia
 *     lib/napi-v8/    the addon, which looks for the libraries in $ORIGIN/../../deps/lib
 *
 * What was downloaded stays until all is done, so that another start goes on from there.
 * @throws ExpectedError with what to do; CancelledError
 */
export async function fetchTensorflow(request: FetchRequest): Promise<Probed | null> {
  const { machine = thisMachine(), home, library } = request
  if (machine === null) throw new ExpectedError('unsupported', sentence('devices.tensorflowLinuxOnly'))
  const release = await holdApp(home)
  const made = `${library}.partial`
  try {
    await removeAll([made, `${library}.old`])
    const wheels = await planned(request, machine)
    await requireSpace(request, wheels)
    const paths = await download(request, wheels)
    await unpack(request, wheels, paths, made)
    if (request.addon !== null) await placeAddon(request.addon, made)
    throwIfCancelled(request.requests.signal)
    request.onProgress({ phase: 'verifying', done: 0, total: 0 })
    const probed = request.probe && (await request.probe(made))
    throwIfCancelled(request.requests.signal)
    await replaceFolder(library, made)
    await removeAll([downloadsIn(home)])
    return probed
  } catch (error) {
    await removeAll([made])
    throwIfCancelled(request.requests.signal)
    throw error
  } finally {
    await release()
  }
}

const downloadsIn = (home: string) => join(home, 'downloads')

async function removeAll(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
}

async function planned(
  { index, variant, version, withHeaders, requests, onProgress }: FetchRequest,
  machine: Machine,
): Promise<PlannedWheel[]> {
  onProgress({ phase: 'finding', done: 0, total: 0 })
  const wanted = variant ?? (await usualVariant(machine))
  return planWheels(new PackageIndex(index, requests), machine, { version, variant: wanted, withHeaders })
}

/** @throws ExpectedError `disk-full` where downloads and libraries will not fit */
async function requireSpace(
  { home, freeBytes = freeOn }: FetchRequest,
  wheels: readonly PlannedWheel[],
): Promise<void> {
  const folder = downloadsIn(home)
  await makeFolder(folder)
  const needed = await Promise.all(
    wheels.map(async ({ file, growth }) => file.size * (1 + growth) - (await bytesHere(folder, file))),
  )
  await requireBytes(sum(needed), folder, freeBytes)
}

async function requireBytes(
  needed: number,
  folder: string,
  freeBytes: (folder: string) => Promise<number>,
): Promise<void> {
  const free = await freeBytes(folder)
  if (free >= needed) return
  const sizes = { needed: formatSize(needed), free: formatSize(free) }
  throw new ExpectedError('disk-full', sentence('devices.spaceMissing', { ...sizes, path: folder }))
}

const formatSize = (bytes: number) =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`

async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** @returns paths, in the order of the wheels */
async function download(
  { home, requests, onProgress }: FetchRequest,
  wheels: readonly PlannedWheel[],
): Promise<string[]> {
  const folder = downloadsIn(home)
  const here = await Promise.all(wheels.map(({ file }) => bytesHere(folder, file)))
  // Counted from what is here already, so that the rate is that of this start.
  const already = sum(here)
  const total = sum(wheels.map(({ file }) => file.size)) - already
  const paths: string[] = []
  for (const [i, { file }] of wheels.entries()) {
    const onBytes = (bytes: number) => {
      here[i] = bytes
      onProgress({ phase: 'downloading', done: Math.max(0, sum(here) - already), total })
    }
    paths.push(await downloadFile(file, folder, requests, onBytes))
    onBytes(file.size)
  }
  return paths
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

async function unpack(
  { requests: { signal }, onProgress, freeBytes = freeOn }: FetchRequest,
  wheels: readonly PlannedWheel[],
  paths: readonly string[],
  made: string,
): Promise<void> {
  await makeFolder(made)
  const found = await Promise.all(
    wheels.map(async ({ file, isNeeded }, i) => {
      const wheel = { path: paths[i]!, filename: file.filename, isNeeded }
      return { wheel, entries: await neededEntries(wheel) }
    }),
  )
  const total = sum(found.flatMap(({ entries }) => entries.map(({ bytes }) => bytes)))
  await requireBytes(total, made, freeBytes)
  let done = 0
  const onBytes = (bytes: number) => {
    done += bytes
    onProgress({ phase: 'unpacking', done, total })
  }
  for (const { wheel, entries } of found) await unpackWheel(wheel, entries, made, { signal, onBytes })
  await arrange(made, paths[0]!)
}

/** From where the wheels have them to where addon and libraries look for each other. */
async function arrange(made: string, wheel: string): Promise<void> {
  const lib = join(made, 'deps', 'lib')
  try {
    await mkdir(lib, { recursive: true })
    for (const [file, linkName] of libraries) {
      await rename(join(made, 'tensorflow', file), join(lib, file))
      await symlink(file, join(lib, linkName))
    }
    await moveIfThere(join(made, 'tensorflow', 'include'), join(made, 'deps', 'include'))
    await moveIfThere(join(made, 'nvidia'), join(made, 'deps', 'nvidia'))
    await rm(join(made, 'tensorflow'), { recursive: true })
  } catch (error) {
    throw explainFileError(error, wheel)
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  const there = await readdir(from).catch(() => null)
  if (there) await rename(from, to)
}

async function placeAddon(addon: string, made: string): Promise<void> {
  const folder = join(made, 'lib', 'napi-v8')
  await makeFolder(folder)
  try {
    await copyFile(addon, join(folder, 'tfjs_binding.node'))
  } catch (error) {
    throw explainFileError(error, addon)
  }
}

/** A library that a process has loaded stays readable for it after it has been replaced. */
async function replaceFolder(library: string, made: string): Promise<void> {
  try {
    await rename(library, `${library}.old`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    await rename(made, library)
    await removeAll([`${library}.old`])
  } catch (error) {
    throw explainFileError(error, library)
  }
}
