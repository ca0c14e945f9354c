import { inputSize } from '../../../../shared/modelSpec'
import { anyPart, type ExportFormat } from './format'

export const cHeader: ExportFormat = {
  id: 'c',
  ending: '.h',
  abilities: { ...anyPart, convolutions: false },
  language: { name: 'C', fence: 'c' },
  example: ({ spec, as, code }) => {
    const arrays = {
      full: 'image[AE_IMAGE], drawn[AE_IMAGE]',
      encoder: 'image[AE_IMAGE], code[AE_CODE]',
      decoder: 'code[AE_CODE], image[AE_IMAGE]',
    }
    const calls = {
      full: 'ae_reconstruct(image, drawn);',
      encoder: 'ae_encode(image, code);',
      decoder: 'ae_decode(code, image);',
    }
    const results = { full: 'drawn', encoder: 'code', decoder: 'image' }
    return `#include "autoencoder.h"
#include <stdio.h>

int main(void) {
  static float ${arrays[as.part]};
  ${calls[as.part]} /* ${inputSize(spec.input)} values in 0..1${code ? '; also: ae_encode, ae_decode' : ''} */
  printf("%f\\n", ${results[as.part]}[0]);
}`
  },
  load: () => import('../cHeader').then(({ cExporter }) => cExporter),
}
