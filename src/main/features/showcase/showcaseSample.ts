/** Of the dataset and of the model. */
export const showcaseName = 'First letters'

/** Sixteen of each digit and letter. */
export const showcaseSample = { count: 576, seed: 7 } as const

/** Labels of the images that are shown, in this order on the screen where each is the first or the next of its label. */
export const shownLabels = [...'HOURGLASS123']
