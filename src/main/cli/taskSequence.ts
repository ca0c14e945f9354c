import type { CommandContext } from './context'
import type { ProgressTask } from './progress'

/** One task of the progress after the other: a new label ends the one before. */
export function taskSequence({ progress }: CommandContext) {
  let current: { label: string; task: ProgressTask } | null = null
  const end = () => {
    current?.task.end()
    current = null
  }
  const show = (label: string, unit: string, done: number, total: number, note?: string) => {
    if (current?.label !== label) {
      end()
      current = { label, task: progress.start(label, total, unit) }
    }
    current!.task.setTotal(total)
    current!.task.update(done, note)
  }
  return { show, end }
}
