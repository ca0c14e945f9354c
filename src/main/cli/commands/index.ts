import type { RegisterCommand } from '../context'

/** In the order the help lists them. */
export const commands: RegisterCommand[] = []
