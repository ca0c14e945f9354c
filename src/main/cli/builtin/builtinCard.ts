import { countTrained } from '../../../shared/modelSpec'
import type { ModelInfo } from '../../../shared/run'

const purposes: Record<'grey' | 'color', string> = {
  grey: 'Takes Gaussian noise of a known strength out of pictures in grey, of any size.',
  color: `Takes Gaussian noise of a known strength out of pictures in colour, of any size. It is the network of \`builtin:grey\`, which
is given brightness, (R + G + B) / 3, and two differences of colours, (R - B) / √2 and (2 G - R - B) / √6, moved to middle grey, one
after the other: each with the strength that the noise has in it.`,
}

/**
 * README.md of a model that comes with the app.
 *
 * @param epochs with the absolute error, and then with squared errors, one stage after the other
 */
export function builtinCard(
  { absolute, squared }: { readonly absolute: number; readonly squared: readonly number[] },
  name: 'grey' | 'color',
  { spec, trainedOn, metrics, versions, createdAt }: ModelInfo,
): string {
  const filters = spec.encoder.map((layer) => (layer.type === 'conv' ? layer.filters : 0))
  return `# builtin:${name}

${purposes[name]}

\`\`\`
hourglass denoise builtin:${name} photo.png --out clean
hourglass evaluate builtin:${name} pictures --noise gaussian:25 --seed 0
\`\`\`

| | |
| --- | --- |
| Input | picture, float32, 0..1; sigma of its noise / 255 |
| Network | FFDNet-like (Zhang, Zuo, Zhang 2018): blocks of 2 × 2 pixels as channels, and the noise level as one more; ${filters.length} convolutions of 3 × 3 with ${filters[0]} filters and ReLU, one that leads back; what it gives is added to the input |
| Weights | ${countTrained(spec).toLocaleString('en')} values, float32, kernels as height × width × channels × filters |
| Trained on | ${trainedOn.images} grey photographs of 180 × 180, the set that the DnCNN and FFDNet papers train on (from the Berkeley Segmentation Dataset); the pictures are not part of the model |
| Noise | ${trainedOn.noise}, drawn anew for every patch |
| Epochs | ${absolute} with the mean absolute error, then ${squared.join(' and ')} with the mean squared error, of the last of which the model is epoch ${metrics?.epoch}; each of 16 patches of 64 × 64 a picture, flipped and turned |
| Error on held-out pictures | ${metrics?.valLoss?.toPrecision(4)} squared, ${metrics?.psnr?.toFixed(2)} dB over all strengths |
| Trained with | ${Object.entries(versions)
    .map(([what, version]) => `${what} ${version}`)
    .join(', ')} |
| Date | ${createdAt.slice(0, 10)} |

It knows noise that is Gaussian, of one strength all over the picture, and independent from pixel to pixel. What a camera has
made of its noise already, smoothed and compressed, is less like that; a lower or higher \`--sigma\` than the estimated one may then look
better. Detail that is weaker than the noise is lost.

Made by Hourglass itself: \`npm run train:builtin\`.

## License

MIT, as Hourglass.
`
}
