/** Words that several screens use. */
export const common = {
  cancel: 'Abbrechen',
  close: 'Schließen',
  save: 'Speichern',
  remove: 'Entfernen',
  rename: 'Umbenennen',
  retry: 'Erneut versuchen',
  open: 'Öffnen',
  back: 'Zurück',
  processor: 'dem Prozessor',
  more: 'Mehr',
  loading: 'Wird geladen…',
  name: 'Name',
  notes: 'Notizen',
  images: 'keine Bilder | ein Bild | {n} Bilder',
  epochs: 'keine Epochen | eine Epoche | {n} Epochen',
  parameters: '{n} Parameter',
  perSecond: '{n} Bilder/s',
  timeLeft: 'noch {time}',
  startedAnew:
    'Hourglass wurde neu gestartet. Öffnen Sie die Adresse, die es ausgegeben hat: Diese Seite gehört zur Zeit davor.',
  connectionLost: 'Die Verbindung zu Hourglass ist unterbrochen. Neuer Versuch…',
}
