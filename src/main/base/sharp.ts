import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type plainSharp from 'sharp'
import { loadWasmSharp } from './wasmSharp'

export type { Metadata, OverlayOptions, Sharp } from 'sharp'

/**
 * The one door to sharp, through which everything passes that reads or writes pictures (a lint rule holds it). Services
 * run in the main thread, so sharp is never loaded by a worker first, which glibc does not bear.
 *
 * sharp's own build carries a GLib whose symbols the process can see. Electron on Linux has the system's GLib mapped, calls
 * of the two mix, and the process dies at its first picture (lovell/sharp 4522, electron/electron 46323). There another
 * build is taken: one that hides its GLib, or one in WebAssembly, which has none.
 */
export const builds = ['plain', 'hidden', 'wasm'] as const
export type SharpBuild = (typeof builds)[number]

export interface SharpHost {
  readonly platform: string
  readonly arch: string
  readonly hasSystemGlib: boolean
  /** HOURGLASS_SHARP, which names a build, for measuring and for a machine where none of this fits. */
  readonly wanted?: string | undefined
}

/** The build puts a `require` of its own in front of each chunk. */
const fromHere = createRequire(import.meta.url)

/** The builds that work in a process, the fastest first. */
export function buildsFor({ platform, arch, hasSystemGlib, wanted }: SharpHost): readonly SharpBuild[] {
  const named = builds.find((build) => build === wanted)
  if (named) return [named]
  if (platform !== 'linux' || !hasSystemGlib) return ['plain']
  return arch === 'x64' ? ['hidden', 'wasm'] : ['wasm']
}

/** Whether what /proc/PID/maps lists has a GLib that is a library of its own, and so the system's. */
export function mapsSystemGlib(maps: string): boolean {
  return /\/lib(glib|gobject)-2\.0\.so/.test(maps)
}

const loaders: Record<SharpBuild, () => typeof plainSharp> = {
  plain: () => fromHere('sharp') as typeof plainSharp,
  hidden: () => fromHere('@janhapke/sharp-electron/linux-x64/sharp') as typeof plainSharp,
  wasm: () => loadWasmSharp(fromHere),
}

/** @throws the error of the last build, when none can be loaded */
function firstOf(candidates: readonly SharpBuild[]): { sharp: typeof plainSharp; build: SharpBuild } {
  const [build, ...others] = candidates
  try {
    return { sharp: loaders[build!](), build: build! }
  } catch (error) {
    if (others.length === 0) throw error
    return firstOf(others)
  }
}

function thisHost(): SharpHost {
  const { platform, arch, env } = process
  const maps = platform === 'linux' ? readFileSync('/proc/self/maps', 'utf8') : ''
  return { platform, arch, hasSystemGlib: mapsSystemGlib(maps), wanted: env['HOURGLASS_SHARP'] }
}

const loaded = firstOf(buildsFor(thisHost()))
export const sharp = loaded.sharp
export const sharpBuild = loaded.build
