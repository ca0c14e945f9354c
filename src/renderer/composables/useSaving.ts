import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DenoisePicture } from '../../shared/api/denoising'
import { bridge, client } from '../api/client'
import { useDenoiseDownloads } from '../stores/useDenoiseDownloads'
import { useDenoiseOutput } from '../stores/useDenoiseOutput'
import { useDenoiseStore } from '../stores/useDenoiseStore'
import { useChoosePlaces } from './useChoosePlaces'
import { useConfirm } from './useConfirm'
import { mended, useDenoiseCommand } from './useDenoiseCommand'

/** Pictures into files: where they go, in words, and how they get there. */
export function useSaving() {
  const store = useDenoiseStore()
  const output = useDenoiseOutput()
  const downloads = useDenoiseDownloads()
  const { t } = useI18n()
  const { ask } = useConfirm()
  const { choose } = useChoosePlaces()

  const usable = computed(() => store.all.filter(({ isReadable }) => isReadable))
  /** Whether the result of a picture can only go to the browser, or wants a folder. */
  const isHomeless = ({ isUploaded }: DenoisePicture) => isUploaded && output.folder === null
  const homeless = computed(() => usable.value.filter(isHomeless).length)
  const areAllHomeless = computed(() => homeless.value > 0 && homeless.value === usable.value.length)

  const words = computed(() => {
    if (output.folder) return t('denoise.intoFolder', { name: output.folder.name })
    if (homeless.value > 0 && bridge) return t('denoise.wantsFolder')
    if (areAllHomeless.value) return t('denoise.toBrowser')
    const others = t(output.output.replaceOriginals ? 'denoise.instead' : 'denoise.beside')
    return homeless.value > 0 ? `${others} ${t('denoise.uploadedToBrowser')}` : others
  })

  /** Asks for a folder where there is no other way. @returns whether there is one now */
  async function chooseFolder(): Promise<boolean> {
    const [place] = await choose('folder')
    if (!place) return false
    await output.setFolder(place.place)
    mended('folder', 'view')
    return true
  }
  const { run: save, busy } = useDenoiseCommand(
    'save',
    async (pictures: readonly DenoisePicture[], again?: boolean) => {
      const ids = pictures.map(({ id }) => id)
      const toBrowser = pictures.filter(isHomeless).map(({ id }) => id)
      if (toBrowser.length > 0 && bridge && !(await chooseFolder())) return
      if (output.output.replaceOriginals && toBrowser.length < ids.length) {
        const question = {
          title: t('denoise.replaceTitle'),
          text: t('denoise.replaceText', { n: ids.length }, ids.length),
        }
        if (!(await ask({ ...question, confirm: t('denoise.replaceConfirm'), danger: true }))) return
      }
      const isDownload = toBrowser.length > 0 && !bridge
      const params = { ids, output: output.output, again: again ?? false, forDownload: isDownload }
      const begin = () => client.invoke('denoise.save', params)
      await (isDownload ? downloads.afterSaving(toBrowser, begin) : begin())
    },
  )
  return { usable, words, save, busy, isHomeless, areAllHomeless, chooseFolder }
}
