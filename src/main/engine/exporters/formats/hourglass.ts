import { type ExportFormat, terminal, whole } from './format'

export const hourglass: ExportFormat = {
  id: 'hourglass',
  ending: '.hourglass',
  abilities: { ...whole, networks: true },
  language: terminal,
  example: () => `hourglass import-model model.hourglass --out model
hourglass reconstruct model images --out reconstructed`,
  load: null,
}
