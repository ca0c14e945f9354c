export const start = {
  open: 'Bilder öffnen',
  title: 'Pressen Sie Ihre Bilder durch eine Sanduhr',
  lead: 'Hourglass trainiert ein kleines neuronales Netz, das jedes Bild in ein paar Zahlen packt und wieder auspackt. Sehen Sie ihm beim Lernen zu, schauen Sie hinein, säubern Sie verrauschte Bilder. Alles bleibt auf diesem Rechner.',
  openFolder: 'Ordner öffnen…',
  openImages: 'Bilder öffnen…',
  sample: 'Beispiel ausprobieren…',
  denoise: 'Bilder entrauschen…',
  drop: 'Oder ziehen Sie Ordner und Bilder irgendwo in dieses Fenster.',
  datasets: 'Neueste Datensätze',
  runs: 'Neueste Läufe',
  models: 'Behaltene Modelle',
  showcase: {
    letters: '{n} Buchstaben und Ziffern, und unter jedem, was das Netz aus seinem Code zeichnet',
    map: 'Karte von {n} Buchstaben: Was das Netz ähnlich findet, liegt beieinander',
    curve: 'Der Rekonstruktionsfehler im Lauf der Zeit, auf logarithmischer Skala',
    error: 'Rekonstruktionsfehler {error}',
    step: 'Schritt {n}',
    learns:
      'Ein kleines Netz lernt in diesem Augenblick {n} Buchstaben: Unter jedem Buchstaben sehen Sie, was es aus nur {code} Zahlen statt {inputs} zeichnet.',
    rests:
      'Dieses Netz hat {n} Buchstaben gelernt: Unter jedem Buchstaben sehen Sie, was es aus nur {code} Zahlen statt {inputs} zeichnet, und auf seiner Karte liegen ähnliche beieinander.',
    refused: 'Es lernt jetzt nicht, weil gerade etwas anderes rechnet.',
    watch: 'Beim Lernen zusehen',
    pause: 'Anhalten',
    resume: 'Fortsetzen',
    open: 'Öffnen',
  },
  doors: 'Was möchten Sie tun?',
  door: {
    clean: {
      title: 'Fotos säubern',
      text: 'Das Rauschen aus Bildern nehmen. Dafür muss nichts trainiert werden.',
    },
    alike: {
      title: 'Sehen, was sich ähnelt',
      text: 'Eine Karte Ihrer Bilder, auf der ähnliche beieinander liegen.',
    },
    odd: {
      title: 'Die Ausreißer finden',
      text: 'Bilder, die anders sind als die übrigen oder als das Normale, und wo.',
    },
    tied: {
      title: 'Gekoppelt oder ungekoppelt?',
      text: 'Lassen Sie den Decoder die Gewichte des Encoders mitbenutzen oder eigene haben, und vergleichen Sie.',
    },
  },
  leads: {
    denoise: 'Bilder zum Säubern wählen',
    map: 'Die Karte von {name} öffnen',
    odd: '{name} durchsehen',
    train: 'Zuerst auf {name} trainieren',
    compare: 'Zwei Ihrer Läufe vergleichen',
    folder: 'Zuerst einen Ordner öffnen',
  },
  sampleDialog: {
    title: 'Ein Beispiel ausprobieren',
    text: 'Bilder zum Ausprobieren. Sie werden ein Datensatz wie jeder andere, den Sie wieder entfernen können.',
    letters: {
      title: 'Ziffern und Buchstaben',
      text: '{n} graue Bilder mit 28 × 28 Pixeln, schnell gelernt.',
    },
    textures: {
      title: 'Texturen',
      text: '{n} graue Oberflächen mit 64 × 64 Pixeln: Ziegel, Gewebe, Holz, Wolken.',
    },
    faces: {
      title: 'Gesichter',
      text: '{n} gezeichnete Gesichter in Farbe, 64 × 64 Pixel, von Menschen, die es nicht gibt.',
    },
    photographs: {
      title: 'Fotografien',
      text: '{n} farbige Quadrate mit 64 × 64 Pixeln, ausgeschnitten aus 40 frei lizenzierten Fotografien.',
    },
  },
  dropped: {
    title: 'Was möchten Sie mit {name} tun?',
    clean: { title: 'Säubern', text: 'Das Rauschen herausnehmen. Das Original bleibt, wie es ist.' },
    learn: {
      title: 'Daraus lernen',
      text: 'Einen Datensatz daraus machen und ein Modell darauf trainieren.',
    },
  },
  computesOn: 'Rechnet auf: {device}, {runtime}.',
  speed: '{n} Bilder je Sekunde mit {subject}.',
  notMeasured: 'Noch nicht gemessen: siehe Einstellungen.',
}
