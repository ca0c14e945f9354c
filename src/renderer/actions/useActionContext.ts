import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useCommand } from '../composables/useCommand'
import { useDenoisePlaces } from '../composables/useDenoisePlaces'
import { useImportModels } from '../composables/useImportModels'
import { useOpenPlaces } from '../composables/useOpenPlaces'
import { useSample } from '../composables/useSample'
import { useShellPanels } from '../composables/useShellPanels'
import { useAppStore } from '../stores/useAppStore'
import { useDatasetsStore } from '../stores/useDatasetsStore'
import { useModelsStore } from '../stores/useModelsStore'
import { useRunsStore } from '../stores/useRunsStore'
import { inBackground } from '../../shared/inBackground'

export type ActionContext = ReturnType<typeof useActionContext>

/** What actions act on. */
export function useActionContext() {
  const { t } = useI18n()
  const router = useRouter()
  const app = useAppStore()
  const { chooseAndOpen } = useOpenPlaces()
  const { chooseAndAdd: chooseAndDenoise } = useDenoisePlaces()
  const { chooseAndImport } = useImportModels()
  const { trySample } = useSample()
  const { run: changeSettings } = useCommand(app.change)
  const { open: openPanel } = useShellPanels()
  return {
    t,
    chooseAndOpen,
    chooseAndDenoise,
    chooseAndImport,
    trySample,
    changeSettings,
    openPanel,
    go: (name: string, params: Record<string, string> = {}) => inBackground(router.push({ name, params })),
    datasets: useDatasetsStore(),
    runs: useRunsStore(),
    models: useModelsStore(),
  }
}
