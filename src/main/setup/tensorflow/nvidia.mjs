import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Whether a driver for an NVIDIA GPU is at work here. */
export function hasNvidiaGpu() {
  if (existsSync('/proc/driver/nvidia/version')) return true
  const { status, stdout } = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8', timeout: 10_000 })
  return status === 0 && stdout.includes('GPU ')
}
