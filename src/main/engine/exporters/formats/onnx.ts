import type { ModelSpec } from '../../../../shared/modelSpec'
import { onnxFileOf } from '../../../../shared/network'
import { anyNetwork, type ExportFormat, python } from './format'

export const onnx: ExportFormat = {
  id: 'onnx',
  ending: '.onnx',
  abilities: anyNetwork,
  language: python,
  example: ({ spec, fed, input, noise, output, sigma }) =>
    (spec.network && exampleOfFile(spec)) ||
    `import numpy as np
import onnxruntime

model = onnxruntime.InferenceSession("model.onnx")
${fed} = ${input}
${noise}(${output},) = model.run(None, {"${fed}": ${fed}${sigma ? ', "sigma": sigma' : ''}})`,
  load: () => import('../onnx').then(({ onnxExporter }) => onnxExporter),
}

/** Lines for a model that is the ONNX file it was made of, by the names that this has; null for any other. */
function exampleOfFile({ network, input: { channels } }: ModelSpec): string | null {
  const file = onnxFileOf(network!)
  if (!file) return null
  const { layout, cell, range, input, level, levelInput } = file
  const sides = layout === 'channels-first' ? [channels, cell, cell] : [cell, cell, channels]
  const fed = level === 'channel' ? sides.map((side) => (side === channels ? side + 1 : side)) : sides
  const told = levelInput === undefined ? '' : `, "${levelInput}": level`
  const shape = level === 'map' ? `1, 1, ${cell}, ${cell}` : '1, 1, 1, 1'
  const levels =
    levelInput === undefined
      ? ''
      : `level = np.full((${shape}), 25 / 255, np.float32)  # strength of the noise\n`
  return `import numpy as np
import onnxruntime

model = onnxruntime.InferenceSession("model.onnx")
image = np.zeros((1, ${fed.join(', ')}), np.float32)  # values in ${range}
${levels}result = model.run(["${file.output}"], {"${input}": image${told}})[0]`
}
