import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { exportAbilities, type ExportFormat, type Precision } from '../../shared/exporting'

/** What models are exported as, and how their weights are stored, of what the format offers. */
export function useExportFormat() {
  const { t } = useI18n()
  const format = shallowRef<ExportFormat>('onnx')
  const chosen = shallowRef<Precision>('float32')
  const abilities = computed(() => exportAbilities[format.value])
  const precision = computed({
    get: () => (abilities.value.precisions.includes(chosen.value) ? chosen.value : 'float32'),
    set: (value) => (chosen.value = value),
  })
  const precisions = computed(() =>
    abilities.value.precisions.map((value) => ({ value, label: t(`models.exportPrecisions.${value}`) })),
  )
  const labelled = (formats: readonly ExportFormat[]) =>
    formats.map((value) => ({ value, label: t(`models.exportFormat.${value}`) }))
  return { format, abilities, precision, precisions, labelled }
}
