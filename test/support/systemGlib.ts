import { spawnSync } from 'node:child_process'
import { requirement } from './requirements'

/**
 * What makes a process of plain Node.js like one of Electron on Linux, whose executable is linked with the system's GLib
 * and has an allocator of its own. The first thing that GLib complains of ends the process.
 */
export const besideSystemGlib = {
  LD_PRELOAD: 'libjemalloc.so.2 libgio-2.0.so.0 libgobject-2.0.so.0 libglib-2.0.so.0',
  G_DEBUG: 'fatal-criticals',
}

/**
 * The same with the allocator of Node.js, for the window's tests: where TensorFlow and then ONNX Runtime are timed in one process,
 * jemalloc stops for good. Electron has another allocator than either.
 */
export const besideGlibAlone = {
  ...besideSystemGlib,
  LD_PRELOAD: besideSystemGlib.LD_PRELOAD.replace('libjemalloc.so.2 ', ''),
}

export function hasSystemGlib(): boolean {
  return requirement(
    'glib',
    canPreload,
    'tests beside the GLib of the system, which is not here (Debian: libglib2.0-0 and libjemalloc2).',
  )
}

/** The loader only warns of a library that it does not find. */
function canPreload(): boolean {
  if (process.platform !== 'linux') return false
  const { stderr, status } = spawnSync('true', { env: { ...process.env, ...besideSystemGlib } })
  return status === 0 && stderr.length === 0
}
