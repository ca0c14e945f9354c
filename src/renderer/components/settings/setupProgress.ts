import type { Job } from '../../../shared/api/jobs'
import { formatBytes } from '../../composables/format'

const phases = ['finding', 'downloading', 'unpacking', 'verifying'] as const

/** What setting up TensorFlow does now: one of its own phases with amounts, or what the script of a checkout says. */
export function describeSetup(
  { phase, done, total }: Job,
  t: (key: string, values: Record<string, string>) => string,
): string {
  const own = phases.find((one) => one === phase)
  return own ? t(`shell.setupPhase.${own}`, { done: formatBytes(done), total: formatBytes(total) }) : phase
}
