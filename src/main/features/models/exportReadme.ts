import type { ExportedAs, ExportFormat } from '../../../shared/exporting'
import { codeSize, hasCode, inputSize, type ModelSpec, noiseLevels } from '../../../shared/modelSpec'

const languages: Partial<Record<ExportFormat, { name: string; fence: string }>> = {
  tensorflowjs: { name: 'JavaScript', fence: 'js' },
  c: { name: 'C', fence: 'c' },
  hourglass: { name: 'a terminal', fence: 'sh' },
  training: { name: 'a terminal', fence: 'sh' },
}

/** What a stranger needs to know before using the files: facts as a table, and code that runs them. */
export function exportReadme(
  spec: ModelSpec,
  about: Readonly<Record<string, string>>,
  as: ExportedAs,
): string {
  const rows = Object.entries({ ...about, ...(as.precision === 'float32' ? {} : { weights: as.precision }) })
  const { name, fence } = languages[as.format] ?? { name: 'Python', fence: 'python' }
  return `# ${about.name}

| | |
| --- | --- |
${rows.map(([what, value]) => `| ${what} | ${value.replaceAll('|', '\\|')} |`).join('\n')}

## Use it from ${name}

\`\`\`${fence}
${exampleCode(spec, as)}
\`\`\`
`
}

/** Some lines of code that run the part that was exported. */
export function exampleCode(spec: ModelSpec, as: ExportedAs): string {
  return examples[as.format](new Example(spec, as))
}

/** The words that examples are made of. */
class Example {
  readonly shape: string
  readonly fed: string
  readonly output: string
  readonly sigma: boolean
  readonly code: boolean

  constructor(
    readonly spec: ModelSpec,
    readonly as: ExportedAs,
  ) {
    const { height, width, channels } = spec.input
    this.shape = `${height}, ${width}, ${channels}`
    this.fed = as.part === 'decoder' ? 'code' : 'image'
    this.output = { full: 'reconstruction', encoder: 'code', decoder: 'image' }[as.part]
    this.sigma = spec.noiseLevel && as.part === 'full'
    this.code = hasCode(spec) && as.part === 'full'
  }

  /** As NumPy makes it. */
  get input(): string {
    if (this.as.part === 'decoder') return `np.zeros((1, ${codeSize(this.spec)}), np.float32)`
    return this.as.pixels === 'uint8'
      ? `np.zeros((1, ${this.shape}), np.uint8)  # bytes`
      : `np.zeros((1, ${this.shape}), np.float32)  # values in 0..1`
  }

  get noise(): string {
    if (!this.sigma) return ''
    const levels = noiseLevels(this.spec)
    const what = levels === 2 ? 'strengths of the noise in brightness and colours' : 'strength of the noise'
    return `sigma = np.full((1, ${levels}), 25, np.float32)  # ${what}, 0 to 255\n`
  }
}

const examples: Readonly<Record<ExportFormat, (example: Example) => string>> = {
  hourglass: () => `hourglass import-model model.hourglass --out model
hourglass reconstruct model images --out reconstructed`,

  onnx: ({ fed, input, noise, output, sigma }) => `import numpy as np
import onnxruntime

model = onnxruntime.InferenceSession("model.onnx")
${fed} = ${input}
${noise}(${output},) = model.run(None, {"${fed}": ${fed}${sigma ? ', "sigma": sigma' : ''}})`,

  savedmodel: ({ fed, input, noise, output, sigma, code }) => `import numpy as np
import tensorflow as tf

model = tf.saved_model.load(".")
run = model.signatures["serving_default"]${code ? '  # also: encode, decode' : ''}
${fed} = ${input}
${noise}${output} = run(${fed}=tf.constant(${fed})${sigma ? ', sigma=tf.constant(sigma)' : ''})["${output}"].numpy()`,

  tensorflowjs: ({ fed, spec, shape, output, sigma, as }) => `import * as tf from '@tensorflow/tfjs'

// The address of model.json; weights.bin lies beside it.
const model = await tf.loadLayersModel('model.json')
const ${fed} = tf.zeros([1, ${as.part === 'decoder' ? codeSize(spec) : shape}]) // ${as.part === 'decoder' ? 'a code' : 'values in 0..1'}
const ${output} = model.predict(${sigma ? `[${fed}, tf.tensor([[${noiseLevels(spec) === 2 ? '25, 25' : '25'}]])] /* noise, 0 to 255 */` : fed})
console.log(${output}.shape)`,

  keras: ({ fed, input, noise, output, sigma, code, as }) => `import numpy as np
import keras
${as.tiedAs === 'shared' ? 'import hourglass_layers  # the classes of tied layers, beside this file\n' : ''}
model = keras.saving.load_model("model.keras")
${fed} = ${input}
${noise}${output} = model.predict(${sigma ? `[${fed}, sigma]` : fed})${
    code ? '\nencoder = keras.Model(model.inputs, model.get_layer("code").output)' : ''
  }`,

  pytorch: ({ shape, spec, code, as, fed, output, sigma }) => `import torch
from model import Autoencoder

model = Autoencoder.load().eval()
${fed}s = torch.zeros(1, ${as.part === 'decoder' ? `${codeSize(spec)})` : `${shape})  # values in 0..1`}
with torch.no_grad():
    ${output}s = model(${fed}s${sigma ? `, torch.full((1, ${noiseLevels(spec)}), 25.0)` : ''})${
      code ? '\n    codes = model.encode(images)\n    images = model.decode(codes)' : ''
    }`,

  training: () => `pip install -r requirements.txt
python train_torch.py IMAGES --epochs 10                             # one device
torchrun --nproc-per-node 4 train_torch.py IMAGES --epochs 10        # four GPUs
python train_keras.py IMAGES --epochs 10                             # all GPUs of this machine, Keras
# Several machines: see the first lines of each script. Back into Hourglass:
hourglass import-model trained.safetensors --out trained             # or trained.keras`,

  c: ({ spec, as, code }) => `#include "autoencoder.h"
#include <stdio.h>

int main(void) {
  static float ${as.part === 'decoder' ? 'code[AE_CODE], image[AE_IMAGE]' : as.part === 'encoder' ? 'image[AE_IMAGE], code[AE_CODE]' : 'image[AE_IMAGE], drawn[AE_IMAGE]'};
  ${
    {
      full: 'ae_reconstruct(image, drawn);',
      encoder: 'ae_encode(image, code);',
      decoder: 'ae_decode(code, image);',
    }[as.part]
  } /* ${inputSize(spec.input)} values in 0..1${code ? '; also: ae_encode, ae_decode' : ''} */
  printf("%f\\n", ${{ full: 'drawn', encoder: 'code', decoder: 'image' }[as.part]}[0]);
}`,

  json: ({ spec }) => `import json
import numpy as np

model = json.load(open("model.json"))
weights = {name: np.array(values, np.float32) for name, values in model["weights"].items()}
${
  spec.network
    ? 'print([node["op"] for node in model["spec"]["network"]["nodes"]])'
    : `print(model["spec"]["encoder"], weights["encoder.0.kernel"].shape)  # ${
        spec.encoder[0]!.type === 'dense' ? 'inputs x units' : 'height x width x channels x filters'
      }`
}`,
}
