import { countTrained } from '../../../shared/modelSpec'
import type { ModelInfo } from '../../../shared/run'
import type { RestorerName } from './trainRestorer'

const purposes: Record<RestorerName, { readonly what: string; readonly told: string }> = {
  jpeg: {
    what: 'Takes out of the brightness of a picture what saving it as a JPEG has put there: blocks, ringing, lost texture.',
    told: '5 · √(50 / quality) / 255 below a quality of 50, and 5 · √(2 - quality / 50) / 255 above',
  },
}

/** README.md of a model for `hourglass restore`. */
export function restorerCard(
  name: RestorerName,
  { spec, trainedOn, metrics, versions, createdAt }: ModelInfo,
): string {
  const filters = spec.encoder.map((layer) => (layer.type === 'conv' ? layer.filters : 0))
  const { what, told } = purposes[name]
  return `# builtin:${name}

${what}

\`\`\`
hourglass restore photo.png --kind ${name} --out restored
\`\`\`

| | |
| --- | --- |
| Input | one plane of a picture, float32, 0..1; a level: ${told} |
| Network | that of \`builtin:grey\`, which it began as: blocks of 2 × 2 pixels as channels, and the level as one more; ${filters.length} convolutions of 3 × 3 with ${filters[0]} filters and ReLU, one that leads back; what it gives is added to the input |
| Weights | ${countTrained(spec).toLocaleString('en')} values, float32, kernels as height × width × channels × filters |
| Trained on | ${trainedOn.images} grey photographs of 180 × 180, the set that the DnCNN papers train on (from the Berkeley Segmentation Dataset); the pictures are not part of the model |
| Corruption | ${trainedOn.noise}, drawn anew for every patch of 64 × 64 |
| Training | ${metrics?.epoch} epochs of 2 patches a picture, flipped and turned, mean squared error, Adam, averaged weights |
| Error on held-out pictures | ${metrics?.valLoss?.toPrecision(4)} squared, ${metrics?.psnr?.toFixed(2)} dB |
| Trained with | ${Object.entries(versions)
    .map(([program, version]) => `${program} ${version}`)
    .join(', ')} |
| Date | ${createdAt.slice(0, 10)} |

Made by Hourglass itself: \`npm run train:builtin -- --model ${name}\`.

## License

MIT, as Hourglass.
`
}
