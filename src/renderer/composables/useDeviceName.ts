import { useI18n } from 'vue-i18n'

/** What a person calls a runtime's device: the processor, or the device as the runtime names it. */
export function useDeviceName() {
  const { t } = useI18n()
  const runtimes: Record<string, string> = { onnx: 'ONNX Runtime', tensorflow: 'TensorFlow' }
  const runtimeName = (runtime: string) => runtimes[runtime] ?? runtime
  const deviceName = (device: string) => (device === 'cpu' ? t('common.processor') : device)
  return { runtimeName, deviceName }
}
