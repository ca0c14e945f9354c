import { anomalyCommands, type AnomalyResults } from './anomalyCommands'
import { compressionCommands, type CompressionResults } from './compression'
import { denoiseCommands, type DenoiseResults } from './denoiseCommands'
import { experimentCommands, type ExperimentCommandResults } from './experiments'
import { jobCommands, type JobResults } from './jobs'
import { latentCommands, type LatentResults } from './latentCommands'
import { placeCommands, type PlaceResults } from './placeCommands'
import { tableCommands, type TableResults } from './tables'
import { showcaseCommands, type ShowcaseResults } from './showcase'

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

export interface RoomResults
  extends
    AnomalyResults,
    CompressionResults,
    DenoiseResults,
    ExperimentCommandResults,
    JobResults,
    LatentResults,
    PlaceResults,
    TableResults,
    ShowcaseResults {}
