import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ExportAbilities, ExportFormatFacts, Precision } from '../../shared/exporting'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

/** Until the formats are known nothing is offered but the whole model as it is. */
const unknown: ExportAbilities = {
  parts: false,
  bytes: false,
  precisions: ['float32'],
  tying: false,
  convolutions: false,
  networks: false,
}

/** What a model goes out as that runs as the ONNX file that it is: that file, with nothing to choose. */
const ofFiles: readonly string[] = ['onnx', 'hourglass']

/**
 * What models are exported as, and how their weights are stored, of what the format offers.
 * @param isFile whether the model runs as the ONNX file that it is
 */
export function useExportFormat(isFile: () => boolean = () => false) {
  const { t, te } = useI18n()
  const all = shallowRef<readonly ExportFormatFacts[]>([])
  const known = computed(() =>
    isFile()
      ? all.value
          .filter(({ id }) => ofFiles.includes(id))
          .map((one) => ({ ...one, abilities: { ...unknown, convolutions: true, networks: true } }))
      : all.value,
  )
  const format = shallowRef('onnx')
  const chosen = shallowRef<Precision>('float32')
  const abilities = computed(() => known.value.find(({ id }) => id === format.value)?.abilities ?? unknown)
  const precision = computed({
    get: () => (abilities.value.precisions.includes(chosen.value) ? chosen.value : 'float32'),
    set: (value) => (chosen.value = value),
  })
  const precisions = computed(() =>
    abilities.value.precisions.map((value) => ({ value, label: t(`models.exportPrecisions.${value}`) })),
  )
  /** What the language calls a format, else the name that it brings. */
  const labelled = (formats: readonly ExportFormatFacts[]) =>
    formats.map(({ id, name }) => {
      const key = `models.exportFormat.${id}`
      return { value: id, label: te(key) ? t(key) : (name ?? id) }
    })
  async function load(): Promise<void> {
    all.value = await client.invoke('models.exportFormats', {})
  }
  inBackground(load())
  return { known, format, abilities, precision, precisions, labelled }
}
