import { shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'
import { useChoosePlaces } from './useChoosePlaces'
import { useCommand } from './useCommand'

/** Files of models that were chosen or dropped, in turn: the first is being looked at. */
const waiting = shallowRef<readonly Place[]>([])

/** Models out of files. The shell shows what each is, and lets it be corrected, before it joins the library. */
export function useImportModels() {
  const { choose } = useChoosePlaces()
  const take = (places: readonly Place[]) => (waiting.value = [...waiting.value, ...places])
  const next = () => (waiting.value = waiting.value.slice(1))
  const { run: chooseAndImport, busy: choosing } = useCommand(async () => take(await choose('models')))
  return { waiting, take, next, chooseAndImport, choosing }
}
