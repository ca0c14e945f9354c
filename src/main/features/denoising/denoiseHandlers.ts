import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { roomHandlers } from '../../base/roomHandlers'
import type { Shell } from '../../base/shell'
import type { DenoiseService } from './denoiseService'

export function denoiseHandlers(denoising: DenoiseService, shell: Shell) {
  const { inspector } = denoising
  return roomHandlers('denoise', denoising, {
    list: async () => {
      // Whoever asks for the list is about to look at a picture.
      denoising.warmUp()
      return denoising.listing()
    },
    remove: async ({ ids }) => ({ undo: await denoising.remove(ids) }),
    putBack: done(({ undo }) => denoising.putBack(undo)),
    open: ({ id }) => denoising.openPicture(id),
    mask: async ({ id, layer }) => denoising.mask(id, layer),
    setMask: async ({ id, layer, mask }) => ({ mask: denoising.setMask(id, layer, mask) }),
    findScratches: ({ id }) => denoising.findScratches(id),
    compareModels: (params) => inspector.compareModels(params),
    setReference: done((params) => inspector.setReference(params)),
    measure: (params) => inspector.measure(params),
    setFolder: done(({ folder }) => denoising.setFolder(folder)),
    download: async ({ ids }) => {
      if (shell.host === 'served') return denoising.download(ids)
      throw new ExpectedError('unsupported', sentence('denoising.onlyBrowserDownloads'))
    },
    resultFile: ({ id }) => denoising.resultFile(id),
    reveal: done(({ id }) => shell.reveal(denoising.resultOf(id))),
    removePreset: done(({ name }) => denoising.removePreset(name)),
  })
}

/** A command without an answer. */
const done =
  <P>(act: (params: P) => void | Promise<void>) =>
  async (params: P): Promise<null> => {
    await act(params)
    return null
  }
