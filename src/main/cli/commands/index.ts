import type { Command } from 'commander'
import type { CommandContext } from '../context'

/** In the order the help lists them. */
export const commands: ((program: Command, context: CommandContext) => void)[] = []
