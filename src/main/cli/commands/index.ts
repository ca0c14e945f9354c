import type { RegisterCommand } from '../context'
import { registerImport } from './import'
import { registerSample } from './sample'

/** In the order the help lists them. */
export const commands: RegisterCommand[] = [registerSample, registerImport]
