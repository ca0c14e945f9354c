import { type ExportFormat, python, whole } from './format'

export const json: ExportFormat = {
  id: 'json',
  ending: '.json',
  abilities: { ...whole, networks: true },
  language: python,
  example: ({ spec }) => {
    const first = spec.encoder[0]?.type === 'dense' ? 'inputs x units' : 'height x width x channels x filters'
    const shown = spec.network
      ? 'print([node["op"] for node in model["spec"]["network"]["nodes"]])'
      : `print(model["spec"]["encoder"], weights["encoder.0.kernel"].shape)  # ${first}`
    return `import json
import numpy as np

model = json.load(open("model.json"))
weights = {name: np.array(values, np.float32) for name, values in model["weights"].items()}
${shown}`
  },
  load: () => import('../json').then(({ jsonExporter }) => jsonExporter),
}
