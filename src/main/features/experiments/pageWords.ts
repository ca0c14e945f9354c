import type { VerdictLanguage } from '../../../shared/experimentWords'

const english = {
  kicker: 'Hourglass experiment',
  titleOf: '{name}: what {what} makes of it',
  what: {
    tying: 'tying',
    preset: 'the network',
    code: 'the length of the code',
    noise: 'noise',
    'learning-rate': 'the learning rate',
  },
  setting:
    '{images} images of {size}, {heldOut} of them held out. {layers}, trained for {epochs} epochs in batches of {batch} at a learning rate of {rate}, with {seeds}. Runs of one seed have the same images held out, the same batches and the same first encoder.',
  oneSeed: 'one seed',
  seeds: '{n} seeds',
  verdict: 'What follows',
  table: 'The figures',
  tableHint:
    'Of held-out images after the last epoch: the mean over the seeds ± their standard deviation. The difference is that of equal seeds, and counts as more than chance where it exceeds its own spread and can be seen (0.05 dB). In brackets what the best epoch had, which is the model that is kept.',
  variant: 'Variant',
  parameters: 'Trained values',
  file: 'Size of the file',
  mse: 'Held-out MSE',
  psnr: 'PSNR',
  time: 'Training time',
  difference: 'Difference from the first',
  beyond: 'more than chance',
  chance: 'a draw',
  single: 'one seed',
  unstable: 'unstable',
  pca: 'PCA, {n} components',
  loss: 'Held-out error',
  lossHint:
    'After each epoch ({loss}); lower is better. The bands reach from the least to the largest of the seeds.',
  psnrTitle: 'PSNR in dB',
  psnrHint: 'Of held-out images; higher is better. The dashed line is PCA with as many components.',
  epoch: 'epoch',
  orthonormal: 'Layer {n}: ‖WᵀW − I‖',
  orthonormalHint: 'How far the columns of the encoder’s kernel are from orthonormal.',
  inverse: 'Layer {n}: ‖Wᵀ − W⁺‖',
  inverseHint: 'How far the transpose is from the pseudo-inverse.',
  spectrum: 'Layer {n}: singular values',
  spectrumHint:
    'Of the encoder’s kernel after the last epoch, the largest first. Where all are 1 the transpose undoes the kernel.',
  number: 'number',
  pictures: 'The same images through each variant',
  picturesHint:
    'Held-out images of the first seed. On the right how far each is from the original, times {factor}.',
  original: 'Original',
  filters: 'What the first layers look for',
  filtersHint:
    'One image a unit, in the same order for each variant. Bright pixels excite it, dark ones inhibit it.',
  why: 'Why',
  whyTransposed:
    'A layer that squeezes has no inverse, and the best that a linear decoder can do is the pseudo-inverse W⁺. With W = U·S·Vᵀ the transpose is V·S·Uᵀ and the pseudo-inverse V·S⁻¹·Uᵀ: they are the same when all singular values are 1, that is when the columns of W are orthonormal, ‖WᵀW − I‖ = 0. A tied linear layer is driven there by its own reconstruction error, and ends in the subspace of PCA (Baldi and Hornik 1989).',
  whyFound: 'Here the first layer ended with ‖WᵀW − I‖ = {figures}.',
  whyNonlinear:
    'With activations between the layers that does not hold any more: a sigmoid or ReLU changes what the decoder has to undo, and its own kernel can scale what the transpose cannot. What the transpose saves is half of the kernels; what it costs is what you see in the table.',
  whyCopied:
    'A decoder that is copied is not trained: the encoder follows gradients that take the decoder for fixed, and then the decoder changes under it. The two chase each other, which is why copying can end anywhere. A tied kernel gets the gradients of both of its uses, and is stable.',
  whyBiases: 'Biases are never tied: encoder and decoder layers have different widths on their outputs.',
  settings: 'All figures of the layers',
  decoder: '‖D − Wᵀ‖ / ‖W‖',
  layer: 'Layer',
  footer: 'Made by Hourglass on this machine. The page holds all of its pictures and loads nothing.',
}
export type PageWords = typeof english

const german: PageWords = {
  kicker: 'Hourglass-Experiment',
  titleOf: '{name}: was {what} ausmacht',
  what: {
    tying: 'die Kopplung',
    preset: 'das Netz',
    code: 'die Länge des Codes',
    noise: 'das Rauschen',
    'learning-rate': 'die Lernrate',
  },
  setting:
    '{images} Bilder zu {size}, davon {heldOut} zurückgehalten. {layers}, trainiert über {epochs} Epochen mit {batch} Bildern je Schritt bei Lernrate {rate}, mit {seeds}. Läufe mit gleichem Startwert haben die gleichen zurückgehaltenen Bilder, die gleichen Schritte und den gleichen ersten Encoder.',
  oneSeed: 'einem Startwert',
  seeds: '{n} Startwerten',
  verdict: 'Was daraus folgt',
  table: 'Die Werte',
  tableHint:
    'Von zurückgehaltenen Bildern nach der letzten Epoche: Mittel über die Startwerte ± Standardabweichung. Der Unterschied ist der gleicher Startwerte und gilt als mehr als Zufall, wenn er größer ist als seine Streuung und man ihn sehen kann (0,05 dB). In Klammern die beste Epoche, deren Modell behalten wird.',
  variant: 'Variante',
  parameters: 'Trainierte Werte',
  file: 'Größe der Datei',
  mse: 'Fehler (MSE)',
  psnr: 'PSNR',
  time: 'Trainingszeit',
  difference: 'Unterschied zur ersten',
  beyond: 'mehr als Zufall',
  chance: 'unentschieden',
  single: 'ein Startwert',
  unstable: 'instabil',
  pca: 'PCA, {n} Komponenten',
  loss: 'Fehler auf zurückgehaltenen Bildern',
  lossHint:
    'Nach jeder Epoche ({loss}); kleiner ist besser. Die Bänder reichen vom kleinsten bis zum größten der Startwerte.',
  psnrTitle: 'PSNR in dB',
  psnrHint:
    'Von zurückgehaltenen Bildern; größer ist besser. Gestrichelt: PCA mit ebenso vielen Komponenten.',
  epoch: 'Epoche',
  orthonormal: 'Schicht {n}: ‖WᵀW − I‖',
  orthonormalHint: 'Wie weit die Spalten des Kernels von orthonormal entfernt sind.',
  inverse: 'Schicht {n}: ‖Wᵀ − W⁺‖',
  inverseHint: 'Wie weit die Transponierte von der Pseudoinversen entfernt ist.',
  spectrum: 'Schicht {n}: Singulärwerte',
  spectrumHint:
    'Des Kernels nach der letzten Epoche, der größte zuerst. Wo alle 1 sind, macht die Transponierte den Kernel rückgängig.',
  number: 'Nummer',
  pictures: 'Die gleichen Bilder durch jede Variante',
  picturesHint:
    'Zurückgehaltene Bilder des ersten Startwerts. Rechts, wie weit jedes vom Original entfernt ist, mal {factor}.',
  original: 'Original',
  filters: 'Worauf die ersten Schichten achten',
  filtersHint:
    'Ein Bild je Einheit, für jede Variante in gleicher Reihenfolge. Helle Pixel regen sie an, dunkle hemmen sie.',
  why: 'Warum',
  whyTransposed:
    'Eine Schicht, die verkleinert, hat keine Inverse, und das Beste, was ein linearer Decoder tun kann, ist die Pseudoinverse W⁺. Mit W = U·S·Vᵀ ist die Transponierte V·S·Uᵀ und die Pseudoinverse V·S⁻¹·Uᵀ: sie sind gleich, wenn alle Singulärwerte 1 sind, also die Spalten von W orthonormal, ‖WᵀW − I‖ = 0. Eine gekoppelte lineare Schicht wird von ihrem eigenen Fehler dorthin gebracht und endet im Unterraum der PCA (Baldi und Hornik 1989).',
  whyFound: 'Hier endete die erste Schicht mit ‖WᵀW − I‖ = {figures}.',
  whyNonlinear:
    'Mit Aktivierungen zwischen den Schichten gilt das nicht mehr: Sigmoid oder ReLU ändern, was der Decoder rückgängig machen muss, und ein eigener Kernel kann skalieren, was die Transponierte nicht kann. Die Transponierte spart die Hälfte der Kernel; was sie kostet, steht in der Tabelle.',
  whyCopied:
    'Ein kopierter Decoder wird nicht trainiert: der Encoder folgt Gradienten, die den Decoder für fest halten, und dann ändert sich der Decoder unter ihm. Beide jagen einander, deshalb kann Kopieren überall enden. Ein gekoppelter Kernel bekommt die Gradienten beider Verwendungen und ist stabil.',
  whyBiases:
    'Die Bias-Werte sind nie gekoppelt: Encoder- und Decoder-Schichten haben verschieden breite Ausgänge.',
  settings: 'Alle Werte der Schichten',
  decoder: '‖D − Wᵀ‖ / ‖W‖',
  layer: 'Schicht',
  footer: 'Von Hourglass auf diesem Rechner gemacht. Die Seite enthält alle ihre Bilder und lädt nichts.',
}

export const pageWords: Record<VerdictLanguage, PageWords> = { en: english, de: german }

/** A text with its `{name}`s filled in. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
