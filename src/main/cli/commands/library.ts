import type { Command } from 'commander'
import { libraryKinds } from '../../base/library'
import { waitsInQueue } from '../../features/training/waitingRuns'
import type { CommandContext } from '../context'
import { openLibrary } from '../library'

export function registerLibrary(program: Command, { output }: CommandContext): void {
  program
    .command('library')
    .description('Show where the library is and what is in it. The window shows the same.')
    .action(async () => {
      const library = await openLibrary()
      output.line(library.location)
      for (const kind of libraryKinds) {
        const entries = await library.entries(kind)
        if (entries.length > 0) output.line(`\n${kind}`)
        for (const { id, folder, external } of entries) {
          const waits = kind === 'runs' && (await waitsInQueue(folder))
          output.line(`  ${id}${external ? `  (in ${folder})` : ''}${waits ? '  (waits in the queue)' : ''}`)
          output.record({ type: 'entry', kind, id, folder, external, ...(waits ? { state: 'waiting' } : {}) })
        }
      }
      output.record({ type: 'done', location: library.location })
    })
}
