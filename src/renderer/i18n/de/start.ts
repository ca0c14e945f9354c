export const start = {
  open: 'Bilder öffnen',
  title: 'Pressen Sie Ihre Bilder durch eine Sanduhr',
  lead: 'Hourglass trainiert ein kleines neuronales Netz, das jedes Bild in ein paar Zahlen packt und wieder auspackt. Sehen Sie ihm beim Lernen zu, schauen Sie hinein, säubern Sie verrauschte Bilder. Alles bleibt auf diesem Rechner.',
  openFolder: 'Ordner öffnen…',
  openImages: 'Bilder öffnen…',
  denoise: 'Bilder entrauschen…',
  sample: 'Beispiel ausprobieren',
  drop: 'Oder ziehen Sie Ordner und Bilder irgendwo in dieses Fenster.',
  datasets: 'Neueste Datensätze',
  runs: 'Neueste Läufe',
  models: 'Behaltene Modelle',
  step: {
    images: {
      title: 'Einen Ordner öffnen',
      text: 'Ihre Bilder werden auf eine Größe gebracht. Die Originale werden nur gelesen.',
    },
    learn: {
      title: 'Lernen lassen',
      text: 'Wählen Sie ein Netz und sehen Sie ihm zu: Kurven, Bilder und eine Karte dessen, was es ähnlich findet.',
    },
    look: {
      title: 'Hineinsehen',
      text: 'Probieren Sie das Modell an einem Bild aus und drehen Sie an den Zahlen, auf die es hinausläuft.',
    },
  },
  computesOn: 'Rechnet auf: {device}, {runtime}.',
  speed: '{n} Bilder je Sekunde mit {subject}.',
  notMeasured: 'Noch nicht gemessen: siehe Einstellungen.',
}
