import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { RunSummary } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useCommand } from './useCommand'
import { useConfirm } from './useConfirm'
import { useRemoval } from './useRemoval'
import { useToasts } from './useToasts'
import { useUndo } from './useUndo'

/** What can be done with a run. */
export function useRunActions() {
  const { t } = useI18n()
  const router = useRouter()
  const { ask } = useConfirm()
  const { show } = useToasts()
  const { remove: removeEntries } = useRemoval()
  const { offer } = useUndo()

  const pause = useCommand((id: string) => client.invoke('training.pause', { id }))
  const stop = useCommand((id: string) => client.invoke('training.stop', { id }))
  const resume = useCommand((id: string, epochs?: number) => client.invoke('training.resume', { id, epochs }))
  const rename = useCommand((id: string, name: string) => client.invoke('runs.rename', { id, name }))
  /** Notes that are cleared can be undone. */
  const setNotes = useCommand(async ({ id, notes: before }: RunSummary, notes: string) => {
    await client.invoke('runs.setNotes', { id, notes })
    if (notes.trim() !== '' || before.trim() === '') return
    offer({
      text: t('run.notesCleared'),
      undone: t('run.notesBack'),
      undo: () => client.invoke('runs.setNotes', { id, notes: before }),
    })
  })
  const reveal = useCommand((id: string) => client.invoke('runs.reveal', { id }))
  const keep = useCommand(async (run: string, wanted: string) => {
    const { id, name } = await client.invoke('models.keep', { run, name: wanted })
    const open = () => inBackground(router.push({ name: 'model', params: { id } }))
    show('success', t('run.kept', { name }), { label: t('common.open'), run: open })
  })
  /** It can be undone; several are also asked about. True when they are gone. */
  const remove = useCommand(async (runs: readonly RunSummary[]) => {
    const question = { title: t('run.removeTitle', { n: runs.length }), text: t('run.removeText') }
    if (runs.length > 1 && !(await ask({ ...question, confirm: t('run.remove'), danger: true }))) return false
    const isForgotten = runs.length === 1 && runs[0]!.external
    await removeEntries('runs', runs, (n) =>
      isForgotten
        ? t('run.forgotten', { name: runs[0]!.name })
        : t('run.removed', { n, name: runs[0]!.name }, n),
    )
    return true
  })
  const repeat = (run: RunSummary) =>
    inBackground(
      router.push({ name: 'train', params: { dataset: run.datasetId ?? '' }, query: { run: run.id } }),
    )
  return { pause, stop, resume, rename, setNotes, reveal, keep, remove, repeat }
}
