import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useChoosePlaces } from './useChoosePlaces'
import { useCommand } from './useCommand'
import type { OddSearch } from './useOddSearch'
import { useRemoval } from './useRemoval'
import { useToasts } from './useToasts'

const saveKinds = ['csv', 'list', 'copy', 'both', 'report', 'onnx'] as const
type SaveKind = (typeof saveKinds)[number]

/** What is done with a search as a whole. */
export function useOddActions({ summary, ranked, odd }: OddSearch) {
  const { t } = useI18n()
  const router = useRouter()
  const { choose: chooseFolder } = useChoosePlaces()
  const { show } = useToasts()
  const { remove: removeEntries } = useRemoval()
  const renaming = shallowRef(false)
  const keeping = shallowRef(false)
  const id = () => summary.value!.id

  const saveItems = computed(() =>
    saveKinds.map((kind) => ({ id: kind, label: t(`anomalies.saves.${kind}`) })),
  )
  const { run: save } = useCommand(async (chosen: string) => {
    const kind = chosen as SaveKind
    const [folder] = await chooseFolder('folder')
    if (!folder) return
    const how = kind === 'both' ? 'copy' : kind
    const isOdd = odd.value
    await client.invoke('anomalies.save', {
      id: id(),
      how,
      folder: folder.place,
      odd: ranked.value.filter((row) => isOdd[row] === 1),
      others:
        kind === 'copy' || kind === 'list'
          ? new Int32Array(0)
          : ranked.value.filter((row) => isOdd[row] === 0),
    })
    show('success', t(`anomalies.saved.${how}`, { folder: folder.name }))
  })

  const { run: rename } = useCommand((name: string) => client.invoke('anomalies.rename', { id: id(), name }))
  const { run: keep } = useCommand(async (wanted: string) => {
    const { id: model, name } = await client.invoke('anomalies.keepModel', { id: id(), name: wanted })
    const open = () => inBackground(router.push({ name: 'model', params: { id: model } }))
    show('success', t('anomalies.kept', { name }), { label: t('common.open'), run: open })
  })
  const { run: remove } = useCommand(async () => {
    const { name } = summary.value!
    await removeEntries('anomalies', [{ id: id(), name }], () => t('anomalies.removed', { name }))
    await router.push({ name: 'odd' })
  })
  const moreItems = computed(() => [
    { id: 'rename', label: t('common.rename') },
    ...(summary.value?.normal.kind === 'model' ? [] : [{ id: 'keep', label: t('anomalies.keepModel') }]),
    { id: 'remove', label: t('common.remove'), danger: true },
  ])
  function choose(item: string): void {
    if (item === 'rename') renaming.value = true
    else if (item === 'keep') keeping.value = true
    else inBackground(remove())
  }
  return { saveItems, save, moreItems, choose, renaming, keeping, rename, keep }
}
