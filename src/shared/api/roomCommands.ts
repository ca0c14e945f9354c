import { anomalyCommands } from './anomalyCommands'
import { compressionCommands } from './compression'
import { denoiseCommands } from './denoiseCommands'
import { experimentCommands } from './experiments'
import { jobCommands } from './jobs'
import { latentCommands } from './latentCommands'
import { placeCommands } from './placeCommands'
import { tableCommands } from './tables'
import { showcaseCommands } from './showcase'

/** Commands of rooms that have a file of their own for them. */
export const roomCommands = {
  ...anomalyCommands,
  ...compressionCommands,
  ...denoiseCommands,
  ...experimentCommands,
  ...jobCommands,
  ...latentCommands,
  ...placeCommands,
  ...tableCommands,
  ...showcaseCommands,
} as const
