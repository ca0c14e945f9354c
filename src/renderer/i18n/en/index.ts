import { anomalies } from './anomalies'
import { common } from './common'
import { datasets } from './datasets'
import { denoise } from './denoise'
import { help } from './help'
import { latent } from './latent'
import { models } from './models'
import { run } from './run'
import { runs } from './runs'
import { settings } from './settings'
import { shell } from './shell'
import { start } from './start'
import { train } from './train'

export const en = {
  common,
  shell,
  start,
  denoise,
  datasets,
  train,
  run,
  runs,
  latent,
  anomalies,
  models,
  settings,
  help,
}
