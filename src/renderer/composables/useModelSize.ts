import { useI18n } from 'vue-i18n'
import { untiedBytes, weightBytes } from '../../shared/modelSize'
import type { ModelSpec } from '../../shared/modelSpec'
import { formatBytes } from './format'

/** How large the weights of a model are in its file, and of a tied one what tying saves, in words. */
export function useModelSize() {
  const { t } = useI18n()
  const sizeOf = (spec: ModelSpec): string => {
    const size = formatBytes(weightBytes(spec))
    const untied = untiedBytes(spec)
    return untied === null ? size : t('models.sizeTied', { size, untied: formatBytes(untied) })
  }
  return { sizeOf }
}
