import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { formatPercentile } from '../components/anomalies/oddWords'
import { useToasts } from './useToasts'

/** Tells of an odd image that came into a watched folder, wherever the person is. */
export function useAnomalyMessages(): void {
  const { t } = useI18n()
  const router = useRouter()
  const { show } = useToasts()
  client.on('anomalies.noticed', ({ search, image }) => {
    if (!image.odd) return
    const words = {
      name: image.path,
      folder: image.folder,
      percentile: t('anomalies.percentile', { percent: formatPercentile(image.percentile) }),
    }
    const open = () =>
      inBackground(router.push({ name: 'oddSearch', params: { id: search }, query: { panel: 'watch' } }))
    show('info', t('anomalies.noticed', words), { label: t('anomalies.show'), run: open })
  })
}
