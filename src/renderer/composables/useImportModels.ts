import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { Place } from '../../shared/api/places'
import { client } from '../api/client'
import { useChoosePlaces } from './useChoosePlaces'
import { useCommand } from './useCommand'
import { useToasts } from './useToasts'

/** Files of models that are to join the library: chosen or dropped, one after the other. */
export function useImportModels() {
  const { t } = useI18n()
  const router = useRouter()
  const { choose } = useChoosePlaces()
  const { show } = useToasts()
  const { run: take, busy: taking } = useCommand(async (places: readonly Place[]) => {
    for (const { place } of places) {
      const { id, name, notes } = await client.invoke('models.import', { place })
      const open = () => void router.push({ name: 'model', params: { id } })
      show('success', [t('models.imported', { name }), ...notes].join(' '), {
        label: t('common.open'),
        run: open,
      })
    }
  })
  const { run: chooseAndImport, busy: choosing } = useCommand(async () => take(await choose('models')))
  return { take, chooseAndImport, taking, choosing }
}
