import { anyNetwork, type ExportFormat, python } from './format'

export const savedModel: ExportFormat = {
  id: 'savedmodel',
  ending: null,
  abilities: anyNetwork,
  language: python,
  example: ({ fed, input, noise, output, sigma, code }) => `import numpy as np
import tensorflow as tf

model = tf.saved_model.load(".")
run = model.signatures["serving_default"]${code ? '  # also: encode, decode' : ''}
${fed} = ${input}
${noise}${output} = run(${fed}=tf.constant(${fed})${sigma ? ', sigma=tf.constant(sigma)' : ''})["${output}"].numpy()`,
  load: () => import('../savedModel').then(({ savedModelExporter }) => savedModelExporter),
}
