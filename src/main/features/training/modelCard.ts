import { activationFacts } from '../../../shared/activations'
import { describeLayers, layerWidths } from '../../../shared/layerSizes'
import {
  type Activation,
  activationOf,
  codeSize,
  hasCode,
  type InputShape,
  type LayerShape,
  layerShapes,
  type LayerSpec,
  type ModelSpec,
  type Tying,
} from '../../../shared/modelSpec'
import { onnxFileOf } from '../../../shared/network'
import type { ModelInfo } from '../../../shared/run'

/** README.md of a saved model: what it is, how good it is, and how to use it without Hourglass. */
export function modelCard(info: ModelInfo, hasPreview: boolean): string {
  const { name, spec, trainedOn, versions } = info
  return `# ${name}

${introduction(spec)}
${trainedOn.images > 0 ? 'Trained with' : 'Imported into'} Hourglass on ${info.createdAt.slice(0, 10)}.
${hasPreview ? '\n![Originals, what the model was given, and what it made of them](preview.png)\n' : ''}
| | |
| --- | --- |
${rows(info)}

${spec.network ? (onnxFileOf(spec.network) ? fileLayout : networkLayout) : layersLayout(spec)}

${learned(trainedOn)}

${usage(spec)}## License

To be filled in by whoever publishes this model.

---

Made with ${Object.entries(versions)
    .map(([what, version]) => `${what} ${version}`)
    .join(', ')}.
`
}

function learned({ images, dataset, noise }: ModelInfo['trainedOn']): string {
  if (images === 0)
    return `It was made elsewhere, and its file does not say what it learned from.${noise ? ` It is taken for a network that removes ${noise} noise.` : ''}`
  const cleaning = `, with ${noise} noise on the input and the clean image as the target: it learned to remove such noise`
  const restoring =
    ', as the clean ones of pairs: the input was the damaged picture of the same name, and it learned to restore such pictures'
  const what = noise === 'pairs' ? restoring : noise ? cleaning : ''
  return `Trained on ${images.toLocaleString('en')} images of the dataset "${dataset}"${what}.`
}

function introduction(spec: ModelSpec): string {
  return hasCode(spec)
    ? `An autoencoder that squeezes an image into ${codeSize(spec)} numbers (its latent code) and draws it again from those.`
    : 'A network that is shown an image and draws it again, without what it learned to take out.'
}

const layersLayout = (spec: ModelSpec) =>
  `${spec.decoder === 'mirror' ? `${tyingSentences[spec.tying]} ` : ''}\`weights.safetensors\` holds every kernel and bias under its own name
(\`encoder.0.kernel\`, \`decoder.0.bias\`, …), ${kernelLayout(spec)}`

const networkLayout = `It was made elsewhere and is kept as it stands: \`spec.network\` in \`model.json\` lists its operations, each with
the values that it reads. \`weights.safetensors\` holds their kernels as inputs × units, or height × width × channels × filters
(of transposed convolutions height × width × filters × channels), and their biases.`

const fileLayout = `It was made elsewhere and runs as the ONNX file that it is: \`model.onnx\`. It denoises pictures in tiles; \`spec.network\`
in \`model.json\` says what goes in and comes out. \`weights.safetensors\` is empty.`

const isDense = ({ encoder }: ModelSpec) => encoder.every(({ type }) => type === 'dense')

function kernelLayout(spec: ModelSpec): string {
  const isTied = spec.tying === 'tied' && spec.decoder === 'mirror'
  const mirror = `\`encoder.{${spec.encoder.length - 1} - k}.kernel\``
  const once = isTied
    ? ` A tied kernel is in it once: layer k of the decoder reads ${mirror}, dense ones transposed.`
    : ''
  const dense = `kernels as inputs × outputs.${once}`
  if (isDense(spec)) return dense
  return `those of convolutions as height × width × channels × filters. Layers of the decoder are transposed convolutions
with zeros around the image (\`same\`); dense ${dense}`
}

function usage(spec: ModelSpec): string {
  if (spec.network || !isDense(spec) || !hasCode(spec)) return ''
  return `## Use it from Python

\`\`\`python
${pythonExample(spec)}
\`\`\`

`
}

function rows({ spec, metrics }: ModelInfo): string {
  const { input, encoder, loss, output } = spec
  const shapes = layerShapes(spec)
  const layers = encoder.map((layer, i) => describeLayer(layer, shapes[i + 1]!))
  const known: (readonly [string, string | null])[] = [
    [
      'Input and output',
      `${describeImages(input)}, float32 values in 0..1, batch × height × width × channels (NHWC)`,
    ],
    ...(spec.network
      ? ([['Layers', describeLayers(spec)]] as const)
      : ([
          ['Encoder', `${layers.join(' → ')}`],
          ['Decoder', describeDecoder(spec)],
          ['Output activation', output.activation],
          ['Loss', loss],
        ] as const)),
    [
      'Error on held-out images',
      metrics?.valLoss == null ? null : `${Number(metrics.valLoss.toPrecision(4))} (${loss})`,
    ],
    ['PSNR', metrics?.psnr == null ? null : `${metrics.psnr.toFixed(2)} dB`],
    ['SSIM', metrics?.ssim == null ? null : metrics.ssim.toFixed(4)],
    ['Epoch', metrics && `${metrics.epoch} of ${metrics.epochs}`],
  ]
  return known.flatMap(([what, value]) => (value === null ? [] : `| ${what} | ${value} |`)).join('\n')
}

function describeImages({ width, height, channels }: InputShape): string {
  return `${width} × ${height} pixels (width × height), ${channels === 1 ? 'grey' : 'RGB'}`
}

function decoderLayers(spec: ModelSpec): string[] {
  const sizes = layerWidths(spec).slice(0, -1).reverse()
  return decoderActivations(spec).map((activation, i) => `${sizes[i]} ${activation ?? ''}`.trim())
}

function describeDecoder(spec: ModelSpec): string {
  if (spec.decoder === 'convolution')
    return `convolution 3 × 3, ${spec.output.residual ? 'added to the input' : 'the image'}`
  return `${decoderLayers(spec).join(' → ')}, ${spec.tying}${spec.skips ? ', with skips' : ''}`
}

function describeLayer(layer: LayerSpec, { height, width, channels }: LayerShape): string {
  if (layer.type === 'dense') return `${layer.units} ${layer.activation}`
  const size = `${channels} × ${width} × ${height}`
  if (layer.type === 'pool') return `${layer.pooling} of ${layer.size} × ${layer.size} (${size})`
  return `convolution ${layer.kernel} × ${layer.kernel} (${size}) ${layer.activation}`
}

/** Layer by layer from the code outwards: each the activation of what the mirrored encoder layer reads. */
function decoderActivations({ encoder, output }: ModelSpec): (Activation | null)[] {
  const inner = encoder.slice(0, -1).map(activationOf)
  return [...inner.reverse(), output.activation]
}

const tyingSentences: Record<Tying, string> = {
  tied: 'The decoder is tied: each of its kernels is the transpose of an encoder kernel, one set of weights trained through both.',
  untied: 'Encoder and decoder are untied: each has kernels of its own.',
  copied: "The decoder was not trained: its kernels are copies of the encoder's, transposed.",
  'pseudo-inverse': "The decoder was not trained: its kernels are the pseudo-inverses of the encoder's.",
}

/** Runs encoder and decoder with safetensors and NumPy alone. */
export function pythonExample(spec: ModelSpec): string {
  const identifier = (activation: Activation) => activation.replace('-', '_')
  const list = (activations: readonly Activation[]) => `[${activations.map(identifier).join(', ')}]`
  const given = (activation: Activation | null) => activation ?? 'linear'
  const encoder = spec.encoder.map(activationOf).map(given)
  const decoder = decoderActivations(spec).map(given)
  const used = [...new Set([...encoder, ...decoder])]
  const { height, width, channels } = spec.input
  return `import numpy as np
from safetensors.numpy import load_file

weights = load_file("weights.safetensors")
${used.map((name) => `${identifier(name)} = lambda x: ${activationFacts[name].numpy}`).join('\n')}

${kernelFunction(spec)}

def run(side, x, activations):
    for i, activation in enumerate(activations):
        x = activation(x @ kernel(side, i) + weights[f"{side}.{i}.bias"])
    return x

# images: float32, N × ${height} × ${width} × ${channels}, values in 0..1; codes: N × ${codeSize(spec)}
encode = lambda images: run("encoder", images.reshape(len(images), -1), ${list(encoder)})
decode = lambda codes: run("decoder", codes, ${list(decoder)}).reshape(-1, ${height}, ${width}, ${channels})`
}

/** The kernel of a layer, of a side of the model: a tied decoder's are the encoder's, transposed. */
function kernelFunction({ tying, encoder }: ModelSpec): string {
  if (tying !== 'tied') return 'kernel = lambda side, i: weights[f"{side}.{i}.kernel"]'
  return `def kernel(side, i):
    if side == "encoder":
        return weights[f"encoder.{i}.kernel"]
    return weights[f"encoder.{${encoder.length - 1} - i}.kernel"].T`
}
