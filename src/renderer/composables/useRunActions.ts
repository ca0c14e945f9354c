import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { RunSummary } from '../../shared/api/library'
import { client } from '../api/client'
import { useCommand } from './useCommand'
import { useConfirm } from './useConfirm'
import { useToasts } from './useToasts'

/** What can be done with a run. */
export function useRunActions() {
  const { t } = useI18n()
  const router = useRouter()
  const { ask } = useConfirm()
  const { show } = useToasts()

  const pause = useCommand((id: string) => client.invoke('training.pause', { id }))
  const stop = useCommand((id: string) => client.invoke('training.stop', { id }))
  const resume = useCommand((id: string, epochs?: number) => client.invoke('training.resume', { id, epochs }))
  const rename = useCommand((id: string, name: string) => client.invoke('runs.rename', { id, name }))
  const setNotes = useCommand((id: string, notes: string) => client.invoke('runs.setNotes', { id, notes }))
  const reveal = useCommand((id: string) => client.invoke('runs.reveal', { id }))
  const keep = useCommand(async (run: string, wanted: string) => {
    const { id, name } = await client.invoke('models.keep', { run, name: wanted })
    const open = () => void router.push({ name: 'model', params: { id } })
    show('success', t('run.kept', { name }), { label: t('common.open'), run: open })
  })
  /** Asks first. True when they are gone. */
  const remove = useCommand(async (runs: readonly RunSummary[]) => {
    const yes = await ask({
      title: t('run.removeTitle', { n: runs.length, name: runs[0]?.name ?? '' }, runs.length),
      text: t('run.removeText'),
      confirm: t('run.remove'),
      danger: true,
    })
    if (!yes) return false
    for (const { id } of runs) await client.invoke('runs.remove', { id })
    return true
  })
  const repeat = (run: RunSummary) =>
    void router.push({ name: 'train', params: { dataset: run.datasetId ?? '' }, query: { run: run.id } })
  return { pause, stop, resume, rename, setNotes, reveal, keep, remove, repeat }
}
