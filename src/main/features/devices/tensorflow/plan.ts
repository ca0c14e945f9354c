import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { hasNvidiaGpu } from '../../../setup/tensorflow/nvidia.mjs'
import { headers, libraries, packageOf } from '../../../setup/tensorflow/wheel.mjs'
import type { IndexFile, PackageIndex } from './packageIndex'
import { newestVersion } from './versions'
import { type Machine, wheelFor } from './wheels'

export type Variant = 'cpu' | 'cuda'

export interface PlannedWheel {
  readonly file: IndexFile
  readonly isNeeded: (name: string) => boolean
  /** How many times as large its libraries are as the wheel. */
  readonly growth: number
}

const libraryPaths = libraries.map(([file]) => `tensorflow/${file}`)
/** 3.0 in the wheels of TensorFlow 2.21 for x64; libraries of CUDA are packed less tightly. */
const growth = { tensorflow: 3.2, cuda: 2.2 }

/**
 * The wheels that hold TensorFlow's library, and those of CUDA that it names itself for the variant with it.
 * @throws ExpectedError where the index is not reached or has none for this machine; CancelledError
 */
export async function planWheels(
  index: PackageIndex,
  machine: Machine,
  { version, variant, withHeaders }: { version: string; variant: Variant; withHeaders: boolean },
): Promise<PlannedWheel[]> {
  const name = packageOf(variant, machine.arch === 'aarch64')
  const { files, requirements } = await index.release(name, version, 'and-cuda')
  const isNeeded = (path: string) =>
    libraryPaths.includes(path) || (withHeaders && headers.some((folder) => path.startsWith(folder)))
  const planned = [{ file: fittingFile(files, machine, name), isNeeded, growth: growth.tensorflow }]
  if (variant === 'cpu') return planned
  for (const { name, clauses } of requirements.filter(({ name }) => name.startsWith('nvidia-'))) {
    const newest = newestVersion(await index.versions(name), clauses)
    if (newest === null)
      throw new ExpectedError('unsupported', sentence('devices.noVersion', { name, clauses }))
    const { files } = await index.release(name, newest, '')
    planned.push({
      file: fittingFile(files, machine, name),
      isNeeded: isPartOfCuda,
      growth: growth.cuda,
    })
  }
  return planned
}

/** Libraries, the assembler and what the compiler reads; no headers, no Python, nothing to link statically with. */
const isPartOfCuda = (path: string) =>
  path.startsWith('nvidia/') && !path.includes('/include/') && !/\.(py|pyi|a|h|hpp|cuh)$/.test(path)

function fittingFile(files: readonly IndexFile[], machine: Machine, name: string): IndexFile {
  const file = wheelFor(files, machine)
  if (file) return file
  const system = `${machine.arch}, glibc ${machine.glibc}`
  throw new ExpectedError('unsupported', sentence('devices.noWheel', { name, system }))
}

/** CUDA where an NVIDIA driver is at work and its wheels exist. */
export async function usualVariant(machine: Machine): Promise<Variant> {
  return machine.arch === 'x86_64' && (await hasNvidiaGpu()) ? 'cuda' : 'cpu'
}
