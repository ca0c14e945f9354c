/** The help on each screen, the glossary, and the search for everything by name. */
export const help = {
  open: 'Help',
  title: 'Help: {screen}',
  close: 'Close the help',
  seen: 'What you see',
  screen: {
    start:
      'This is where images come in: open a folder, single images, or try the sample of digits and letters. Below are the datasets, runs and models that you used last. Start with a folder of at least a few hundred images that are alike in kind.',
    denoise:
      'Pictures are cleaned here, before on one side of the slider and after on the other. The strength of the noise is estimated, and you can correct it with the controls beside the picture, or paint with the brush where more or less of it is to go. Save writes results beside the originals, under a name of their own.',
    datasets:
      'A dataset is a set of images that were all brought to one size, for a network to learn from. Each card opens one. The original images are only read.',
    import:
      'Choose how your images become a dataset: their size, colour, and whether folders are labels. The preview shows a few of them as the network will see them. Press Import when they look right.',
    dataset:
      'These are the images of one dataset, as the network will see them. Choose a label to see only its images, or an image to see it larger. Train on this is the next step.',
    train:
      'Choose a network and how it learns, then start. The presets are good starting points; smaller codes compress more and lose more detail. Everything else can stay as it is.',
    runs: 'Every training is a run, with its curves, pictures and settings. Search and sort them here, and compare two or more with the boxes on the left. A run that was paused or interrupted can be resumed.',
    run: 'This is one training, live or finished. The curves show the reconstruction error falling; the rows below show images and what the network makes of them after each epoch. If the validation curve rises while the training curve falls, the network begins to learn the images by heart.',
    compare:
      'These are the chosen runs over each other: curves above, settings below. Settings that differ are marked, so that you see what made the difference.',
    models:
      'A model is a trained network. The best epoch of every run is one; models that you keep stay when their run is deleted. Open one to try it, or export it for other programs.',
    model:
      'Try the model on an image: on the left the original, on the right what comes back from its code. Drag the bars of the code to see what each number does.',
    latent:
      'Each point is an image, placed by its code: images that the network finds alike lie together. Choose points to see their images, draw a new image from anywhere on the map, or look for clusters.',
    odd: 'Find images that are unlike the others. Choose a dataset, or open a folder, and press Find the odd ones; or compare it with images that are normal, or with what a model has learned. Searches that were made are kept below.',
    oddSearch:
      'The images of a search, the oddest first: each as it is, as the network draws it, and with a heat map where it is odd. Drag the threshold in the histogram to say what counts as odd. Marks of yours are kept; with them, or with labels, the figures say how good the search is.',
    settings:
      'Choose the language, the theme, what computes, and where the library is. Measure times a small training on each device and then takes the fastest.',
  },
  shortcuts: 'Keys',
  or: 'or',
  through: '{first} to {last}',
  noShortcuts: 'This screen has no keys of its own.',
  everywhere: 'Everywhere',
  group: {
    denoise: 'On this screen',
    picture: 'In the picture',
    brush: 'With the brush',
    map: 'On the map',
    images: 'Among the images',
    odd: 'Among the odd ones',
    threshold: 'On the histogram',
  },
  key: {
    Ctrl: 'Ctrl',
    Alt: 'Alt',
    Shift: 'Shift',
    Space: 'Space',
    Escape: 'Esc',
    Enter: 'Enter',
    Home: 'Home',
    End: 'End',
    PageUp: 'Page Up',
    PageDown: 'Page Down',
  },
  shortcut: {
    undo: 'Undo what was deleted or cleared just now',
    help: 'Open this help',
    find: 'Find screens, datasets, runs, models and actions by name',
    openFolder: 'Open a folder',
    screens: 'Go to a screen, in the order of the navigation',
    messages: 'Go to the messages; Esc closes one',
    undoControls: 'Undo a change of the controls',
    redoControls: 'Redo it',
    pan: 'Move the picture',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Show all of it',
    actual: 'Show its pixels, one to one',
    original: 'See the original, while held',
    brush: 'Turn the brush on or off',
    copySettings: 'Copy the settings of the picture',
    pasteSettings: 'Paste settings on the picture',
    moveBrush: 'Move the brush',
    moveBrushLittle: 'Move it a little',
    paint: 'Paint, while held',
    smallerBrush: 'Make the brush smaller',
    largerBrush: 'Make it larger',
    erase: 'Change between painting and erasing',
    showMask: 'Show or hide what is painted',
    undoStroke: 'Undo the last stroke',
    redoStroke: 'Paint it again',
    leaveBrush: 'End the brush',
    walk: 'Go from image to image',
    shift: 'Move or turn the map',
    draw: 'Draw what lies in the middle',
    selectAll: 'Select all',
    selectNone: 'Select none',
    undoSelection: 'Undo the last change of the selection',
    toggle: 'Select the image, or deselect it',
    imageLeft: 'The image beside it',
    imageAbove: 'The image above or below',
    imagePage: 'Six rows up or down',
    imageEnds: 'The first or last image',
    markOdd: 'Mark as odd, or take the mark away',
    markNormal: 'Mark as not odd, or take the mark away',
    look: 'See the image larger',
    thresholdStep: 'Move the threshold a little',
    thresholdPage: 'Move the threshold further',
    thresholdEnds: 'To the first or last score',
  },
  psnrTitle: 'What is PSNR, and is 24 dB good?',
  psnr: [
    'PSNR says how close a reconstruction is to its original, in decibels (dB). It is computed from the mean squared error: 6 dB more means half the error in brightness. Identical images have no limit; below about 15 dB little can be recognised.',
    'Whether 24 dB is good depends on your images: plain drawings reach it easily, detailed photographs hardly. So compare it with two simple ways on the same images, which each run shows: the mean image, which gives the same picture for everything, and PCA with as many numbers as the code has. A result that is no better than the mean image has learned nothing; one above PCA is worth its training.',
  ],
  glossary: 'Glossary',
  search: 'Search the glossary',
  found: 'No such term. | One term. | {n} terms.',
  term: {
    activation: {
      name: 'Activation',
      text: 'The function at the end of a layer that bends its result, such as ReLU or sigmoid. Without it, all layers together could do no more than one.',
    },
    autoencoder: {
      name: 'Autoencoder',
      text: 'A network that learns to give back its input through a narrow middle, and so has to find what matters in it.',
    },
    batch: {
      name: 'Batch',
      text: 'The images that the network sees in one step before its weights change. More images a batch are faster, fewer learn more finely.',
    },
    bottleneck: {
      name: 'Bottleneck',
      text: 'The narrowest layer, in the middle. Only what fits through it reaches the output.',
    },
    cluster: {
      name: 'Cluster',
      text: 'A group of images whose codes lie closer to each other than to the rest. Clusters are found without labels.',
    },
    code: {
      name: 'Code (latent code)',
      text: 'The few numbers that the encoder makes of an image. The decoder knows nothing else of it.',
    },
    convolution: {
      name: 'Convolution',
      text: 'A layer that looks at small neighbourhoods of the image and does the same everywhere. It suits photographs and textures.',
    },
    dataset: {
      name: 'Dataset',
      text: 'Images that were brought to one size and colour, for a network to learn from.',
    },
    decoder: { name: 'Decoder', text: 'The second half of the network: it makes an image of a code.' },
    dense: {
      name: 'Dense layer',
      text: 'A layer in which each unit looks at all values of the layer before it.',
    },
    encoder: { name: 'Encoder', text: 'The first half of the network: it makes a code of an image.' },
    epoch: { name: 'Epoch', text: 'One pass through all training images.' },
    latentSpace: {
      name: 'Latent space',
      text: 'All the codes that there could be. Each image is a point in it, and points between two images decode to something between them.',
    },
    learningRate: {
      name: 'Learning rate',
      text: 'How far the weights move in one step. Too high, and the error jumps up and down; too low, and learning takes long.',
    },
    loss: {
      name: 'Loss (reconstruction error)',
      text: 'How far what comes out is from what should come out. Training makes it smaller.',
    },
    mse: {
      name: 'MSE (mean squared error)',
      text: 'The mean of the squared differences of all pixels. It is the usual loss, and PSNR is computed from it.',
    },
    noise: {
      name: 'Noise',
      text: 'Random changes of the pixels, such as a camera makes in little light. A network that is trained on noisy images learns to remove it.',
    },
    overfitting: {
      name: 'Overfitting',
      text: 'The network learns its training images by heart and does worse on others: the training loss falls while the validation loss rises. More images or a smaller network help.',
    },
    parameter: {
      name: 'Parameters',
      text: 'All the numbers of a network that are learned: weights and biases.',
    },
    pca: {
      name: 'PCA (principal component analysis)',
      text: 'The best way to describe images by a few numbers when only sums of fixed patterns are allowed. It takes no training, so a network should do better with as many numbers.',
    },
    psnr: {
      name: 'PSNR (peak signal-to-noise ratio)',
      text: 'How close an image is to its original, in decibels; higher is better, and 6 dB more means half the error.',
    },
    reconstruction: {
      name: 'Reconstruction',
      text: 'The image that the decoder makes of the code of an image.',
    },
    run: { name: 'Run', text: 'One training, with its settings, curves, pictures and weights.' },
    sigma: {
      name: 'Sigma (σ)',
      text: 'The strength of noise: the standard deviation of its pixels on the scale from 0 to 255. 5 is faint, 25 is clearly visible, 50 is strong.',
    },
    ssim: {
      name: 'SSIM (structural similarity)',
      text: 'How alike the structures of two images are, from 0 to 1. It is closer to what an eye sees than PSNR.',
    },
    tied: {
      name: 'Tied weights',
      text: 'The decoder uses the weights of the encoder, transposed. That halves what has to be learned, which helps where images are few.',
    },
    umap: {
      name: 'UMAP',
      text: 'A way to draw a map on which images with similar codes are neighbours. Neighbourhoods can be trusted; distances between far groups say little.',
    },
    validation: {
      name: 'Validation',
      text: 'Images that are held back from learning. What the network does on them shows what it does on images that it does not know.',
    },
    weight: {
      name: 'Weights',
      text: 'The numbers by which a layer multiplies what comes in. Learning means to change them a little at a time.',
    },
  },
  palette: {
    open: 'Find',
    title: 'Find by name',
    search: 'Name of a screen, dataset, run, model or action',
    results: 'Found',
    none: 'Nothing is called that. Try fewer letters.',
    count: 'nothing found | one found | {n} found',
    kind: {
      screen: 'Screen',
      action: 'Action',
      dataset: 'Dataset',
      run: 'Run',
      model: 'Model',
      search: 'Search for odd ones',
    },
    trainOn: 'Start training on {name}',
    theme: {
      light: 'Use the light theme',
      dark: 'Use the dark theme',
      system: 'Use the theme of the system',
    },
    language: {
      en: 'Switch to English',
      de: 'Switch to German (Deutsch)',
      system: 'Use the language of the system',
    },
  },
}
