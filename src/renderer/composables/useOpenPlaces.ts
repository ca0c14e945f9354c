import { useRouter } from 'vue-router'
import type { PickKind, Place } from '../../shared/api/places'
import { useImportDraft } from '../stores/useImportDraft'
import { useChoosePlaces } from './useChoosePlaces'
import { useCommand } from './useCommand'

/** Folders and images that are to become a dataset: chosen, dropped or handed over, they go to the import screen. */
export function useOpenPlaces() {
  const router = useRouter()
  const draft = useImportDraft()
  const { choose } = useChoosePlaces()

  async function open(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return
    if (router.currentRoute.value.name === 'import') draft.add(places)
    else draft.set(places)
    await router.push({ name: 'import' })
  }
  const { run: chooseAndOpen, busy } = useCommand(async (kind: PickKind) => open(await choose(kind)))
  return { open, chooseAndOpen, busy }
}
