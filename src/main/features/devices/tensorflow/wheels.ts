import { pythonVersion } from '../../../setup/tensorflow/wheel.mjs'
import { compareVersions } from './versions'
import type { IndexFile } from './packageIndex'

/** What a wheel's libraries must fit. */
export interface Machine {
  readonly arch: 'x86_64' | 'aarch64'
  /** Version of the GNU C library, such as `2.36`. */
  readonly glibc: string
}

/** This machine, or null where the wheels' libraries do not run: on other systems, other processors, and without glibc. */
export function thisMachine(): Machine | null {
  const arch = ({ x64: 'x86_64', arm64: 'aarch64' } as const)[process.arch as string]
  if (process.platform !== 'linux' || arch === undefined) return null
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined ? null : { arch, glibc: header.glibcVersionRuntime }
}

const pythonFirst = ['py3', 'py2.py3', `cp${pythonVersion.replace('.', '')}`]

/** The wheel whose libraries run on a machine (PEP 425, PEP 600), or null. */
export function wheelFor(files: readonly IndexFile[], machine: Machine): IndexFile | null {
  const fitting = files.filter(
    ({ filename, yanked }) => !yanked && filename.endsWith('.whl') && runsOn(filename, machine),
  )
  const rank = ({ filename }: IndexFile) => {
    const place = pythonFirst.indexOf(tagsOf(filename).python)
    return place < 0 ? pythonFirst.length : place
  }
  return fitting.sort((a, b) => rank(a) - rank(b) || a.filename.localeCompare(b.filename))[0] ?? null
}

function tagsOf(filename: string): { python: string; platforms: string[] } {
  const [python = '', , platform = ''] = filename.slice(0, -'.whl'.length).split('-').slice(-3)
  return { python, platforms: platform.split('.') }
}

/** Names of before PEP 600. */
const oldTags: Readonly<Record<string, string>> = {
  manylinux1: '2.5',
  manylinux2010: '2.12',
  manylinux2014: '2.17',
}

function runsOn(filename: string, { arch, glibc }: Machine): boolean {
  return tagsOf(filename).platforms.some((platform) => {
    if (!platform.endsWith(`_${arch}`)) return false
    const tag = platform.slice(0, -arch.length - 1)
    const [, major, minor] = /^manylinux_(\d+)_(\d+)$/.exec(tag) ?? []
    const needed = major === undefined ? oldTags[tag] : `${major}.${minor}`
    return needed !== undefined && compareVersions(needed, glibc) <= 0
  })
}
