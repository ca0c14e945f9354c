export const start = {
  open: 'Open images',
  title: 'Squeeze your images through an hourglass',
  lead: 'Hourglass trains a small neural network that packs each image into a few numbers and unpacks it again. Watch it learn, look inside, clean noisy images. Everything stays on this machine.',
  openFolder: 'Open folder…',
  openImages: 'Open images…',
  denoise: 'Denoise pictures…',
  sample: 'Try the sample',
  drop: 'Or drop folders and images anywhere on this window.',
  datasets: 'Recent datasets',
  runs: 'Recent runs',
  models: 'Kept models',
  step: {
    images: {
      title: 'Open a folder',
      text: 'Your images are brought to one size. The originals are only read.',
    },
    learn: {
      title: 'Let it learn',
      text: 'Choose a network and watch it: curves, pictures, and a map of what it finds alike.',
    },
    look: {
      title: 'Look inside',
      text: 'Try the model on any image, and turn the numbers that it boils down to.',
    },
  },
  computesOn: 'Computes on: {device}, {runtime}.',
  speed: '{n} images a second with {subject}.',
  notMeasured: 'Not measured yet: see Settings.',
}
