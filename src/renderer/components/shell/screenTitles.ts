/** Keys of the titles of all screens, by the name of their route. */
export const screenTitles = {
  start: 'shell.start',
  denoise: 'denoise.title',
  datasets: 'datasets.title',
  import: 'datasets.importTitle',
  dataset: 'help.palette.kind.dataset',
  train: 'shell.train',
  runs: 'runs.title',
  run: 'help.palette.kind.run',
  compare: 'runs.compareTitle',
  models: 'models.title',
  model: 'help.palette.kind.model',
  latent: 'latent.title',
  odd: 'anomalies.title',
  oddSearch: 'help.palette.kind.search',
  settings: 'shell.settings',
} as const
