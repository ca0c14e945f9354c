import type { VerdictFact } from './experimentVerdict'
import type { VariedThing } from './experiment'

export type VerdictLanguage = 'en' | 'de'

/** Sentences of a verdict. `{name}` stands for a figure or the name of a variant. */
const english = {
  'tying.draw':
    'On these {images} images tying saves {saved} % of the parameters and makes a difference of {psnr}: a draw.',
  'tying.better':
    'On these {images} images tying saves {saved} % of the parameters and is better by {psnr}, which is more than chance.',
  'tying.worse':
    'On these {images} images tying saves {saved} % of the parameters and costs {psnr}, which is more than chance.',
  'tying.unknown':
    'On these {images} images tying saves {saved} % of the parameters and makes a difference of {signed} with this one seed.',
  'row.draw': '{variant} and {first} are {psnr} apart: a draw.',
  'row.better': '{variant} is better than {first} by {psnr}, which is more than chance.',
  'row.worse': '{variant} is worse than {first} by {psnr}, which is more than chance.',
  'row.unknown': '{variant} is {signed} from {first} with this one seed.',
  'best.one': '{variant} is ahead of all others by more than chance.',
  'best.none': 'The two best cannot be told apart: the seeds differ as much.',
  unstable:
    '{variant} is unstable: the error after the last epoch lies between {least} and {most}, where its best epochs had {best} on average.',
  'pca.better':
    'The best with {components} numbers, {variant}, is {gain} dB ahead of PCA with as many components.',
  'pca.worse':
    'PCA with {components} components is still {gain} dB ahead of the best with as many numbers, {variant}: train longer.',
  'one-seed': 'Each variant was trained once, so that nobody can say what of it is chance: take three seeds.',
  incomplete: 'Not all runs are done yet.',
  'trained-on': 'No images were held out: the figures are of the images that were trained on.',
  nothing: 'No run is done yet.',
}
type Key = keyof typeof english

const german: Record<Key, string> = {
  'tying.draw':
    'Auf diesen {images} Bildern spart die Kopplung {saved} % der Parameter und macht einen Unterschied von {psnr}: unentschieden.',
  'tying.better':
    'Auf diesen {images} Bildern spart die Kopplung {saved} % der Parameter und ist um {psnr} besser, mehr als Zufall.',
  'tying.worse':
    'Auf diesen {images} Bildern spart die Kopplung {saved} % der Parameter und kostet {psnr}, mehr als Zufall.',
  'tying.unknown':
    'Auf diesen {images} Bildern spart die Kopplung {saved} % der Parameter und macht mit diesem einen Startwert einen Unterschied von {signed}.',
  'row.draw': '{variant} und {first} liegen {psnr} auseinander: unentschieden.',
  'row.better': '{variant} ist um {psnr} besser als {first}, mehr als Zufall.',
  'row.worse': '{variant} ist um {psnr} schlechter als {first}, mehr als Zufall.',
  'row.unknown': '{variant} liegt mit diesem einen Startwert {signed} von {first} entfernt.',
  'best.one': '{variant} liegt um mehr als Zufall vor allen anderen.',
  'best.none':
    'Die beiden besten sind nicht zu unterscheiden: die Startwerte liegen ebenso weit auseinander.',
  unstable:
    '{variant} ist instabil: der Fehler nach der letzten Epoche liegt zwischen {least} und {most}, die besten Epochen hatten im Mittel {best}.',
  'pca.better':
    'Die beste Variante mit {components} Zahlen, {variant}, liegt {gain} dB vor der PCA mit ebenso vielen Komponenten.',
  'pca.worse':
    'Die PCA mit {components} Komponenten liegt noch {gain} dB vor der besten Variante mit ebenso vielen Zahlen, {variant}: länger trainieren.',
  'one-seed':
    'Jede Variante wurde einmal trainiert, so dass niemand sagen kann, was davon Zufall ist: drei Startwerte nehmen.',
  incomplete: 'Noch sind nicht alle Läufe fertig.',
  'trained-on': 'Es wurden keine Bilder zurückgehalten: die Werte gelten für die Bilder des Trainings.',
  nothing: 'Noch ist kein Lauf fertig.',
}

const names: Record<VerdictLanguage, Record<string, string>> = {
  en: {
    tied: 'tied',
    untied: 'untied',
    'copied:batch': 'copied after every batch',
    'copied:epoch': 'copied after every epoch',
    'pseudo-inverse': 'the pseudo-inverse after every epoch',
    'tied+untied': 'tied first, then untied',
    layerwise: 'layer by layer first, then together',
    none: 'no noise',
  },
  de: {
    tied: 'gekoppelt',
    untied: 'ungekoppelt',
    'copied:batch': 'kopiert nach jedem Schritt',
    'copied:epoch': 'kopiert nach jeder Epoche',
    'pseudo-inverse': 'Pseudoinverse nach jeder Epoche',
    'tied+untied': 'erst gekoppelt, dann ungekoppelt',
    layerwise: 'erst Schicht für Schicht, dann zusammen',
    none: 'ohne Rauschen',
  },
}
const forms: Record<VerdictLanguage, Partial<Record<VariedThing, string>>> = {
  en: { code: '{value} numbers', 'learning-rate': 'learning rate {value}', noise: 'noise {value}' },
  de: { code: '{value} Zahlen', 'learning-rate': 'Lernrate {value}', noise: 'Rauschen {value}' },
}

/** What a variant is called on a page. */
export function variantName(variant: string, what: VariedThing, language: VerdictLanguage): string {
  const name = what === 'tying' || what === 'noise' ? names[language][variant] : undefined
  return name ?? (forms[language][what] ?? '{value}').replace('{value}', () => variant)
}

/** A fact as a sentence. @param nameOf what a variant is called */
export function sayVerdict(
  fact: VerdictFact,
  language: VerdictLanguage,
  nameOf: (variant: string) => string,
): string {
  const words = language === 'en' ? english : german
  const number = (value: number, digits: number) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const db = (value: number, spread: number | null) =>
    `${number(value, 2)}${spread === null ? '' : ` ± ${number(spread, 2)}`} dB`
  const fill = (key: Key, values: Record<string, string> = {}) => {
    const text = words[key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    return text.charAt(0).toLocaleUpperCase(language) + text.slice(1)
  }
  const amounts = (psnr: number, spread: number | null) => ({
    psnr: db(Math.abs(psnr), spread),
    signed: `${psnr > 0 ? '+' : '−'}${db(Math.abs(psnr), spread)}`,
  })
  switch (fact.kind) {
    case 'tying': {
      const { images, saved, psnr, spread, outcome } = fact
      const figures = { images: number(images, 0), saved: String(saved) }
      return fill(`tying.${outcome}`, { ...figures, ...amounts(psnr, spread) })
    }
    case 'row': {
      const { variant, first, psnr, spread, outcome } = fact
      const called = { variant: nameOf(variant), first: nameOf(first) }
      return fill(`row.${outcome}`, { ...called, ...amounts(psnr, spread) })
    }
    case 'best':
      if (fact.variant === null) return fill('best.none')
      return fill('best.one', { variant: nameOf(fact.variant) })
    case 'unstable': {
      const { variant, least, most, best } = fact
      const errors = { least: number(least, 4), most: number(most, 4), best: number(best, 4) }
      return fill('unstable', { variant: nameOf(variant), ...errors })
    }
    case 'pca': {
      const { variant, components, gain } = fact
      const figures = { components: number(components, 0), gain: number(Math.abs(gain), 2) }
      return fill(gain >= 0 ? 'pca.better' : 'pca.worse', { variant: nameOf(variant), ...figures })
    }
    default:
      return fill(fact.kind)
  }
}
