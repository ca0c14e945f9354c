import { anyNetwork, type ExportFormat, python } from './format'

export const onnx: ExportFormat = {
  id: 'onnx',
  ending: '.onnx',
  abilities: anyNetwork,
  language: python,
  example: ({ fed, input, noise, output, sigma }) => `import numpy as np
import onnxruntime

model = onnxruntime.InferenceSession("model.onnx")
${fed} = ${input}
${noise}(${output},) = model.run(None, {"${fed}": ${fed}${sigma ? ', "sigma": sigma' : ''}})`,
  load: () => import('../onnx').then(({ onnxExporter }) => onnxExporter),
}
