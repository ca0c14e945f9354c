import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { endingWords } from '../components/denoise/savingWords'
import { useDenoiseStateStore } from '../stores/useDenoiseStateStore'
import { useToasts } from './useToasts'
import { inBackground } from '../../shared/inBackground'

/** Says what became of pictures that were saved, where the person has gone to another screen meanwhile. */
export function useSavingMessages(): void {
  const store = useDenoiseStateStore()
  const router = useRouter()
  const { t } = useI18n()
  const { show } = useToasts()
  watch(
    () => store.isSaving,
    (isSaving, was) => {
      const { batch } = store
      if (isSaving || !was || !batch || router.currentRoute.value.name === 'denoise') return
      const words = endingWords(batch, t)
      const look = { label: t('shell.lookAtThem'), run: () => inBackground(router.push({ name: 'denoise' })) }
      if (words !== '') show(batch.failed > 0 ? 'info' : 'success', t('shell.savingEnded', { words }), look)
    },
  )
}
