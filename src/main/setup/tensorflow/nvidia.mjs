import { existsSync } from 'node:fs'
import { run } from './run.mjs'

/** Whether a driver for an NVIDIA GPU is at work here. */
export async function hasNvidiaGpu() {
  if (existsSync('/proc/driver/nvidia/version')) return true
  const { code, stdout } = await run('nvidia-smi', ['-L'], { timeoutMs: 10_000 })
  return code === 0 && stdout.includes('GPU ')
}
