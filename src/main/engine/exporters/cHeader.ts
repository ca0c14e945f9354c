import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { layerWidths } from '../../../shared/layerSizes'
import { activationFacts } from '../../../shared/activations'
import { type Activation, activationOf, codeSize, hasCode, inputSize } from '../../../shared/modelSpec'
import { shortest } from '../files/decimals'
import { decoderKernel, encoderKernel, mirrored } from '../models/autoencoder'
import { type Exporter, type ModelToExport, noCode } from './exporter'

const mostWeights = 4_000_000

/** One header in C99 for dense models, without allocation: weights as constants, and functions. A tied decoder has no kernels. */
export const cExporter: Exporter = {
  write(model, { part }) {
    const { spec } = model
    if (part !== 'full' && !hasCode(spec)) throw noCode()
    const other = spec.encoder.findIndex(({ type }) => type !== 'dense')
    if (other >= 0)
      throw new ExpectedError(
        'unsupported',
        sentence('models.headerOfDense', { layer: other + 1, type: spec.encoder[other]!.type }),
      )
    const writer = new HeaderWriter(model)
    if (part !== 'decoder') writer.encoder()
    if (part !== 'encoder') writer.decoder()
    if (part === 'full') writer.whole()
    return [{ path: 'autoencoder.h', content: [Buffer.from(writer.text(part))] }]
  },
}

class HeaderWriter {
  private readonly arrays = new Map<string, string>()
  private readonly functions: string[] = []
  private readonly widths: readonly number[]
  private written = 0

  constructor(private readonly model: ModelToExport) {
    this.widths = layerWidths(model.spec)
  }

  encoder(): void {
    const { spec } = this.model
    const steps = spec.encoder.map((layer, i) => {
      const from = i === 0 ? 'image' : buffer(i - 1)
      const to = i === spec.encoder.length - 1 ? 'code' : buffer(i)
      const arrays = `${this.array(encoderKernel(i))}, ${this.array(`encoder.${i}.bias`)}`
      return [
        `ae_dense(${from}, ${this.widths[i]}, ${arrays}, ${to}, ${this.widths[i + 1]});`,
        activated(activationOf(layer) ?? 'linear', to, this.widths[i + 1]!),
      ]
    })
    this.define('ae_encode', 'const float *image, float *code', spec.encoder.length - 1, steps.flat())
  }

  decoder(): void {
    const { spec } = this.model
    const last = spec.encoder.length - 1
    const steps = spec.encoder.map((_, k) => {
      const i = mirrored(spec, k)
      const from = k === 0 ? 'code' : buffer(k - 1)
      const to = k === last ? 'image' : buffer(k)
      const tied = spec.tying === 'tied'
      const kernel = this.array(tied ? encoderKernel(i) : decoderKernel(k))
      const dense = tied ? 'ae_dense_transposed' : 'ae_dense'
      const before = spec.encoder[i - 1]
      const activation = before ? (activationOf(before) ?? 'linear') : this.lastActivation()
      return [
        `${dense}(${from}, ${this.widths[i + 1]}, ${kernel}, ${this.array(`decoder.${k}.bias`)}, ${to}, ${this.widths[i]});`,
        activated(activation, to, this.widths[i]!),
      ]
    })
    this.define('ae_decode', 'const float *code, float *image', last, steps.flat())
  }

  /** What is added to the sums comes before the output's activation, which is linear then. */
  private lastActivation(): Activation {
    return this.model.spec.output.activation
  }

  whole(): void {
    const { spec } = this.model
    const size = inputSize(spec.input)
    const lines = [`  static float code[${codeSize(spec)}];`]
    if (!spec.removeMean) lines.push('  ae_encode(image, code);', '  ae_decode(code, drawn);')
    else
      lines.push(
        `  static float centred[${size}];`,
        '  float mean = 0;',
        `  for (int i = 0; i < ${size}; i++) mean += image[i];`,
        `  mean /= ${size};`,
        `  for (int i = 0; i < ${size}; i++) centred[i] = image[i] - mean;`,
        '  ae_encode(centred, code);',
        '  ae_decode(code, drawn);',
      )
    const added = spec.output.residual ? 'image[i]' : spec.removeMean ? 'mean' : null
    if (added) lines.push(`  for (int i = 0; i < ${size}; i++) drawn[i] += ${added};`)
    this.functions.push(
      `static void ae_reconstruct(const float *image, float *drawn) {\n${lines.join('\n')}\n}`,
    )
  }

  text(part: string): string {
    const { spec, about } = this.model
    const { height, width, channels } = spec.input
    const facts = Object.entries(about).map(([what, value]) => ` * ${what}: ${value.replaceAll('*/', '* /')}`)
    return `/*
${facts.join('\n')}
 *
 * Images are ${height} x ${width} x ${channels} (height x width x channels) floats in 0..1. The functions keep what they
 * compute in static memory: call them from one thread. C99; link with -lm.
 */
#ifndef HOURGLASS_AUTOENCODER_H
#define HOURGLASS_AUTOENCODER_H

#include <math.h>

#define AE_PART "${part}"
#define AE_IMAGE ${inputSize(spec.input)}
#define AE_CODE ${codeSize(spec)}

${[...this.arrays.values()].join('\n\n')}

${operations}
${this.functions.join('\n\n')}

#endif
`
  }

  private define(name: string, parameters: string, buffers: number, lines: readonly string[]): void {
    const largest = Math.max(...this.widths)
    const memory = buffers > 0 ? [`  static float between[2][${largest}];`] : []
    const body = lines.filter((line) => line !== '').map((line) => `  ${line}`)
    this.functions.push(`static void ${name}(${parameters}) {\n${[...memory, ...body].join('\n')}\n}`)
  }

  /** The name of the constant that holds a weight. */
  private array(name: string): string {
    const known = `ae_${name.replaceAll('.', '_')}`
    if (!this.arrays.has(known)) {
      const { data } = this.model.weights[name]!
      this.written += data.length
      if (this.written > mostWeights)
        throw new ExpectedError(
          'unsupported',
          sentence('models.headerOfSmall', { most: mostWeights.toLocaleString('en') }),
        )
      this.arrays.set(known, `static const float ${known}[${data.length}] = {${literals(data)}};`)
    }
    return known
  }
}

function literals(data: Float32Array): string {
  const lines: string[] = []
  for (let i = 0; i < data.length; i += 12)
    lines.push(Array.from(data.subarray(i, i + 12), literal).join(', '))
  return `\n  ${lines.join(',\n  ')}\n`
}

function literal(value: number): string {
  const text = shortest(value)
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}

const buffer = (layer: number) => `between[${layer % 2}]`

function activated(activation: Activation, values: string, count: number): string {
  if (activation === 'linear') return ''
  const x = `${values}[i]`
  return `for (int i = 0; i < ${count}; i++) ${x} = ${activationFacts[activation].c(x)};`
}

const operations = `/* y = x kernel + bias; kernel: n x m, row by row. */
static inline void ae_dense(const float *x, int n, const float *kernel, const float *bias, float *y, int m) {
  for (int j = 0; j < m; j++) y[j] = bias[j];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) y[j] += x[i] * kernel[i * m + j];
}

/* y = x kernel^T + bias; kernel: m x n, the encoder's own. */
static inline void ae_dense_transposed(const float *x, int n, const float *kernel, const float *bias, float *y, int m) {
  for (int j = 0; j < m; j++) {
    float sum = bias[j];
    for (int i = 0; i < n; i++) sum += x[i] * kernel[j * n + i];
    y[j] = sum;
  }
}
`
