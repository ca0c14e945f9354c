import { readFileSync } from 'node:fs'

/** A process, told from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** On Linux the boot and the clock tick at which it started; empty elsewhere. */
  readonly startedAt: string
}

export const currentProcess = (): ProcessIdentity => ({ pid: process.pid, startedAt: startOf(process.pid) })

/** Where the start cannot be told, as outside of Linux, a process of that number counts as the same one. */
export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: there is one, of somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startedAt === startOf(pid)
}

export const isCurrent = ({ pid, startedAt }: ProcessIdentity): boolean =>
  pid === process.pid && startedAt === startOf(pid)

/** See proc(5): field 22 of /proc/PID/stat, counted behind the name, which may hold spaces. */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
  } catch {
    return '' // No Linux, or no such process.
  }
}
