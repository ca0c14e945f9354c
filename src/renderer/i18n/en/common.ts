/** Words that several screens use. */
export const common = {
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  remove: 'Remove',
  rename: 'Rename',
  retry: 'Try again',
  open: 'Open',
  back: 'Back',
  processor: 'the processor',
  more: 'More',
  loading: 'Loading…',
  name: 'Name',
  notes: 'Notes',
  images: 'no images | one image | {n} images',
  epochs: 'no epochs | one epoch | {n} epochs',
  parameters: '{n} parameters',
  perSecond: '{n} images/s',
  timeLeft: '{time} left',
  startedAnew:
    'Hourglass was started anew. Open the address that it printed: this page belongs to the time before.',
  connectionLost: 'The connection to Hourglass is lost. Trying again…',
}
