import { computed, type Ref, type WritableComputedRef } from 'vue'

/** A field of an object, to read and to set: whoever sets it gives the object a new value with that field changed. */
export const fieldOf = <T extends object, K extends keyof T>(
  object: Ref<T>,
  key: K,
): WritableComputedRef<T[K]> =>
  computed({
    get: () => object.value[key],
    set: (value) => (object.value = { ...object.value, [key]: value }),
  })
