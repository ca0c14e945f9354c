import type { Command } from 'commander'
import type { CommandContext } from '../context'
import { examples, integer } from '../options'

interface ServeFlags {
  port: number
  open?: boolean
  root: string[]
  devOrigin?: string
}

export function registerServe(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('Serve the window to a browser on this machine, or at the other end of an SSH tunnel.')
    .option(
      '--port <n>',
      'where it listens, on 127.0.0.1 only; 0 takes any that is free',
      integer({ min: 0, max: 65_535 }),
      0,
    )
    .option('--open', 'open it in a window, where there is a display and a Chromium, Chrome or Edge')
    .option(
      '--root <folder>',
      'a folder that its picker shows, instead of home; may be repeated',
      collect,
      [],
    )
    .option('--dev-origin <origin>', 'of a development server that has the page')
    .addHelpText(
      'after',
      examples('hourglass serve --open', 'hourglass serve --port 7171 --root /data/photos'),
    )
    .action(async ({ port, open = false, root, devOrigin }: ServeFlags) => {
      const { signal, output, progress } = context
      // The window's services are not loaded for the other commands.
      const { serve } = await import('../../served/serve')
      const serving = await serve({ port, open, roots: root, devOrigin })
      output.line(serving.windowOpened ? `Opened ${serving.address}` : `Open ${serving.address}`)
      output.record({ type: 'serving', address: serving.address, windowOpened: serving.windowOpened })
      if (!signal.aborted)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      progress.note('Saving and closing.')
      await serving.close()
    })
}

const collect = (folder: string, before: string[]) => [...before, folder]
