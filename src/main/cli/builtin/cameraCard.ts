import { countTrained } from '../../../shared/modelSpec'
import type { ModelInfo } from '../../../shared/run'

interface Stage {
  readonly loss: string
  readonly epochs: number
}

/** README.md of the model for pictures from cameras. */
export function cameraCard(
  { spec, trainedOn, metrics, versions, createdAt }: ModelInfo,
  stages: readonly Stage[],
): string {
  const filters = spec.encoder.map((layer) => (layer.type === 'conv' ? layer.filters : 0))
  return `# builtin:camera

Takes out of pictures of any size what cameras, film and JPEG files leave in them. It is told two levels of noise: that of
brightness, (R + G + B) / 3, and that of the differences of colours, (R - B) / √2 and (2 G - R - B) / √6.

\`\`\`
hourglass denoise builtin:camera photo.jpg --out clean
\`\`\`

| | |
| --- | --- |
| Input | picture in colour, float32, 0..1; the two sigmas of its noise / 255 |
| Network | FFDNet-like (Zhang, Zuo, Zhang 2018): blocks of 2 × 2 pixels as channels, and the two noise levels as two more; ${filters.length} convolutions of 3 × 3 with ${filters[0]} filters and ReLU, one that leads back; what it gives is added to the input. It began as \`builtin:grey\` |
| Weights | ${countTrained(spec).toLocaleString('en')} values, float32, kernels as height × width × channels × filters |
| Trained on | ${trainedOn.images} tiles of photographs that were made smaller (${trainedOn.dataset}), some text and line art; the pictures are not part of the model |
| Noise | synthesised for every patch: raw noise through a mosaic, several ways of demosaicing, white balance, colours, a tone curve, smoothing, sharpening and resizing (Brooks et al. 2019, "Unprocessing Images for Learned Raw Denoising"), white noise up to sigma 55, noise that grows with the light, film grain, JPEG of quality 15 to 98; clipped and rounded to 8 bits |
| Training | ${stages.map(({ loss, epochs }) => `${epochs} epochs of ${loss}`).join(', then ')} |
| Error on held-out tiles | ${metrics?.valLoss?.toPrecision(4)}, ${metrics?.psnr?.toFixed(2)} dB over all noise |
| Trained with | ${Object.entries(versions)
    .map(([what, version]) => `${what} ${version}`)
    .join(', ')} |
| Date | ${createdAt.slice(0, 10)} |

Made by Hourglass itself: \`npm run train:builtin -- --model camera\`.

## License

MIT, as Hourglass.
`
}
