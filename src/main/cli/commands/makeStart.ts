import { mkdir, rm } from 'node:fs/promises'
import type { Command } from 'commander'
import { makeDoorPictures } from '../../features/showcase/doorPictures'
import { makeShowcase } from '../../features/showcase/makeShowcase'
import { showcaseFolder } from '../../features/showcase/showcaseFiles'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'

interface StartFlags {
  work: string
  pictures: string
  out?: string
}

/** For those who develop Hourglass: npm run make:start. */
export function registerMakeStart(program: Command, context: CommandContext): void {
  program
    .command('make-start', { hidden: true })
    .description(
      'Make what the start screen shows: letters, the model that has learned them, and the pictures.',
    )
    .option('--work <folder>', 'for what is needed on the way; emptied first', '.start')
    .option('--pictures <folder>', 'gets the pictures', 'src/renderer/assets/start')
    .option('--out <folder>', 'gets the letters and their model; that of the app if not given')
    .action(async ({ work, pictures, out = showcaseFolder() }: StartFlags) => {
      const client = createComputeClient()
      try {
        await rm(work, { recursive: true, force: true })
        await mkdir(work, { recursive: true })
        await mkdir(pictures, { recursive: true })
        const made = await makeShowcase(out, work, client)
        await makeDoorPictures(pictures, made, client)
        context.output.line(`The letters are in ${out}, the pictures in ${pictures}.`)
        context.output.record({ type: 'done', out, pictures })
      } finally {
        await client.dispose()
      }
    })
}
