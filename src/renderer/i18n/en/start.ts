export const start = {
  open: 'Open images',
  title: 'Squeeze your images through an hourglass',
  lead: 'Hourglass trains a small neural network that packs each image into a few numbers and unpacks it again. Watch it learn, look inside, clean noisy images. Everything stays on this machine.',
  openFolder: 'Open folder…',
  openImages: 'Open images…',
  sample: 'Try a sample…',
  denoise: 'Denoise pictures…',
  drop: 'Or drop folders and images anywhere on this window.',
  datasets: 'Recent datasets',
  runs: 'Recent runs',
  models: 'Kept models',
  showcase: {
    letters: '{n} letters and digits, and below each what the network draws from its code',
    map: 'Map of {n} letters: those that the network finds alike lie together',
    curve: 'The reconstruction error over time, on a logarithmic scale',
    error: 'Reconstruction error {error}',
    step: 'Step {n}',
    learns:
      'A small network is learning {n} letters at this moment: below each letter you see what it draws from only {code} numbers instead of {inputs}.',
    rests:
      'This network has learned {n} letters: below each letter you see what it draws from only {code} numbers instead of {inputs}, and on its map alike letters lie together.',
    refused: 'It does not learn now, because something else is computing.',
    watch: 'Watch it learn',
    pause: 'Pause',
    resume: 'Resume',
    open: 'Open it',
  },
  doors: 'What would you like to do?',
  door: {
    clean: {
      title: 'Clean photos',
      text: 'Take the noise out of pictures. Nothing has to be trained first.',
    },
    alike: {
      title: 'See what is alike',
      text: 'A map of your images on which alike ones lie together.',
    },
    odd: {
      title: 'Find the odd ones',
      text: 'Images that are unlike the others, or unlike what is normal, and where.',
    },
    tied: {
      title: 'Tied or untied?',
      text: 'Let the decoder share the encoder’s weights, or have its own, and compare.',
    },
  },
  leads: {
    denoise: 'Choose pictures to clean',
    map: 'Open the map of {name}',
    odd: 'Look through {name}',
    train: 'Train on {name} first',
    compare: 'Compare two of your runs',
    folder: 'Open a folder first',
  },
  sampleDialog: {
    title: 'Try a sample',
    text: 'Images to play with. They become a dataset like any other, which you can remove again.',
    letters: { title: 'Digits and letters', text: '{n} grey images of 28 × 28 pixels, quick to learn.' },
    textures: {
      title: 'Textures',
      text: '{n} grey surfaces of 64 × 64 pixels: bricks, weave, wood, clouds.',
    },
    faces: { title: 'Faces', text: '{n} drawn faces in colour, 64 × 64 pixels, of people who do not exist.' },
    photographs: {
      title: 'Photographs',
      text: '{n} squares in colour, 64 × 64 pixels, cut out of 40 freely licensed photographs.',
    },
  },
  dropped: {
    title: 'What would you like to do with {name}?',
    clean: { title: 'Clean it', text: 'Take the noise out. The original stays as it is.' },
    learn: { title: 'Learn from it', text: 'Make a dataset of it, and train a model on that.' },
  },
  computesOn: 'Computes on: {device}, {runtime}.',
  speed: '{n} images a second with {subject}.',
  notMeasured: 'Not measured yet: see Settings.',
}
