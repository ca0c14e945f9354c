import type { ExportFormat, ModelPart, PixelKind } from '../../../shared/exporting'
import { codeSize, hasCode, type ModelSpec } from '../../../shared/modelSpec'

export interface ExportedAs {
  readonly format: ExportFormat
  readonly part: ModelPart
  readonly pixels: PixelKind
}

/** What a stranger needs to know before using the files: facts as a table, and code that runs them. */
export function exportReadme(
  spec: ModelSpec,
  about: Readonly<Record<string, string>>,
  as: ExportedAs,
): string {
  const rows = Object.entries(about).map(([what, value]) => `| ${what} | ${value.replaceAll('|', '\\|')} |`)
  return `# ${about.name}

| | |
| --- | --- |
${rows.join('\n')}

## Use it from Python

\`\`\`python
${exampleCode(spec, as)}
\`\`\`
`
}

/** Some lines of Python that run the part that was exported. */
export function exampleCode(spec: ModelSpec, { format, part, pixels }: ExportedAs): string {
  const { height, width, channels } = spec.input
  const shape = `(1, ${height}, ${width}, ${channels})`
  const images =
    pixels === 'uint8'
      ? `np.zeros(${shape}, np.uint8)  # bytes`
      : `np.zeros(${shape}, np.float32)  # values in 0..1`
  const isDecoder = part === 'decoder'
  const input = isDecoder ? `np.zeros((1, ${codeSize(spec)}), np.float32)` : images
  const fed = isDecoder ? 'code' : 'image'
  const sigma = spec.noiseLevel && part === 'full'
  const noise = sigma ? 'sigma = np.full((1, 1), 25, np.float32)  # strength of the noise, 0 to 255\n' : ''
  const output = { full: 'reconstruction', encoder: 'code', decoder: 'image' }[part]
  if (format === 'onnx')
    return `import numpy as np
import onnxruntime

model = onnxruntime.InferenceSession("model.onnx")
${fed} = ${input}
${noise}(${output},) = model.run(None, {"${fed}": ${fed}${sigma ? ', "sigma": sigma' : ''}})`
  if (format === 'savedmodel')
    return `import numpy as np
import tensorflow as tf

model = tf.saved_model.load(".")
run = model.signatures["serving_default"]${part === 'full' && hasCode(spec) ? '  # also: encode, decode' : ''}
${fed} = ${input}
${noise}${output} = run(${fed}=tf.constant(${fed})${sigma ? ', sigma=tf.constant(sigma)' : ''})["${output}"].numpy()`
  return `import torch
from model import Autoencoder

model = Autoencoder.load().eval()
images = torch.zeros${shape}  # values in 0..1
with torch.no_grad():
    reconstructions = model(images${spec.noiseLevel ? ', torch.full((1, 1), 25.0)' : ''})${
      hasCode(spec) ? '\n    codes = model.encode(images)\n    images = model.decode(codes)' : ''
    }`
}
