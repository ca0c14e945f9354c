import type { Command } from 'commander'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'

export function registerDevices(program: Command, { output }: CommandContext): void {
  program
    .command('devices')
    .description('Show what can compute here, and what is missing.')
    .action(async () => {
      const client = createComputeClient()
      try {
        for (const { runtime, version, devices, reason } of await client.call('devices', {})) {
          output.line(version ? `${runtime} ${version}` : `${runtime}: ${reason}`)
          for (const { id, name } of devices) output.line(`  ${id.padEnd(8)} ${name}`)
          output.record({ type: 'runtime', runtime, version, devices, reason })
        }
      } finally {
        await client.dispose()
      }
    })
}
