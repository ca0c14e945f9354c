import { readFile } from 'node:fs/promises'

/** When a process started, as the locks of Hourglass say it. */
export async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return ''
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)!.split(' ')
  return `${(await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()}:${fields[19]}`
}
