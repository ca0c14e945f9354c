import type { CommandName, Handlers } from '../../../shared/api/commands'
import { ExpectedError } from '../../../shared/errors'
import type { Shell } from '../../base/shell'
import type { DenoiseService } from './denoiseService'

type DenoiseCommand = Extract<CommandName, `denoise.${string}`>

/** A command without an answer. */
const done =
  <P>(act: (params: P) => void | Promise<void>) =>
  async (params: P): Promise<null> => {
    await act(params)
    return null
  }

export function denoiseHandlers(denoising: DenoiseService, shell: Shell): Pick<Handlers, DenoiseCommand> {
  const { study } = denoising
  return {
    'denoise.list': async () => {
      // Whoever asks for the list is about to look at a picture.
      denoising.warmUp()
      return denoising.listing()
    },
    'denoise.state': async () => denoising.state(),
    'denoise.add': (params) => denoising.add(params),
    'denoise.paste': (params) => denoising.paste(params),
    'denoise.remove': async ({ ids }) => ({ undo: await denoising.remove(ids) }),
    'denoise.putBack': done(({ undo }) => denoising.putBack(undo)),
    'denoise.thumbnail': (params) => denoising.thumbnail(params),
    'denoise.open': ({ id }) => denoising.openPicture(id),
    'denoise.view': (params) => denoising.view(params),
    'denoise.setControls': done((params) => denoising.setControls(params)),
    'denoise.mask': async ({ id, layer }) => denoising.mask(id, layer),
    'denoise.setMask': async ({ id, layer, mask }) => ({ mask: denoising.setMask(id, layer, mask) }),
    'denoise.findScratches': ({ id }) => denoising.findScratches(id),
    'denoise.compareModels': (params) => study.compareModels(params),
    'denoise.setReference': done((params) => study.setReference(params)),
    'denoise.measure': (params) => study.measure(params),
    'denoise.save': done((params) => denoising.save(params)),
    'denoise.setFolder': done(({ folder }) => denoising.setFolder(folder)),
    'denoise.download': async ({ ids }) => {
      if (shell.host === 'served') return denoising.download(ids)
      throw new ExpectedError('unsupported', 'Only a browser downloads results. Choose a folder for them.')
    },
    'denoise.pause': done(() => denoising.pause()),
    'denoise.resume': done(() => denoising.resume()),
    'denoise.stop': done(() => denoising.stop()),
    'denoise.resultFile': ({ id }) => denoising.resultFile(id),
    'denoise.reveal': done(({ id }) => shell.reveal(denoising.resultOf(id))),
    'denoise.savePreset': done((params) => denoising.savePreset(params)),
    'denoise.removePreset': done(({ name }) => denoising.removePreset(name)),
    'denoise.saveComparison': (params) => denoising.saveComparison(params),
  }
}
