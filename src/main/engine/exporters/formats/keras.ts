import { anyPart, type ExportFormat, python } from './format'

export const keras: ExportFormat = {
  id: 'keras',
  ending: '.keras',
  abilities: { ...anyPart, tying: true },
  language: python,
  example: ({ fed, input, noise, output, sigma, code, as }) => `import numpy as np
import keras
${as.tiedAs === 'shared' ? 'import hourglass_layers  # the classes of tied layers, beside this file\n' : ''}
model = keras.saving.load_model("model.keras")
${fed} = ${input}
${noise}${output} = model.predict(${sigma ? `[${fed}, sigma]` : fed})${
    code ? '\nencoder = keras.Model(model.inputs, model.get_layer("code").output)' : ''
  }`,
  load: () => import('../keras').then(({ kerasExporter }) => kerasExporter),
}
