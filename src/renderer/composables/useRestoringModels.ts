import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { builtinModels, type DenoiseControls } from '../../shared/api/denoising'
import { type DamageKind, damageServedBy, needsOwnModel } from '../../shared/damage'
import { useModelsStore } from '../stores/useModelsStore'

type Choice = DenoiseControls['model']

/** The models that serve a kind of damage: the built-in ones first, then those that were trained for it. */
export function useRestoringModels(kind: () => DamageKind) {
  const { t } = useI18n()
  const models = useModelsStore()

  const ownFor = (wanted: DamageKind) =>
    models.all.filter(
      ({ trainedOn }) => trainedOn.noise !== null && damageServedBy(trainedOn.noise) === wanted,
    )
  const options = computed(() => {
    const own = ownFor(kind()).map(({ id, name, kind: made }) => ({
      value: id as Choice,
      label: `${name} (${t(`models.kind.${made}`)})`,
    }))
    const auto = { value: 'auto' as Choice, label: t('denoise.builtin.auto') }
    if (needsOwnModel(kind())) return own.length > 0 ? own : [{ ...auto, label: t('denoise.damage.noModel') }]
    const known = kind() === 'noise' ? builtinModels : []
    const builtin = known.map((value) => ({ value, label: t(`denoise.builtin.${value.slice(8)}`) }))
    return [auto, ...builtin, ...own]
  })
  /** What is taken for a kind that was just chosen. */
  const usual = (wanted: DamageKind): Choice =>
    needsOwnModel(wanted) ? ((ownFor(wanted)[0]?.id ?? 'auto') as Choice) : 'auto'
  return { options, usual }
}
