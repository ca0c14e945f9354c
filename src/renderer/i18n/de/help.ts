export const help = {
  open: 'Hilfe',
  title: 'Hilfe: {screen}',
  close: 'Hilfe schließen',
  seen: 'Was Sie sehen',
  screen: {
    start:
      'Hier kommen Bilder herein: Öffnen Sie einen Ordner, einzelne Bilder oder das Beispiel mit Ziffern und Buchstaben. Darunter stehen die Datensätze, Läufe und Modelle, die Sie zuletzt benutzt haben. Beginnen Sie mit einem Ordner von wenigstens ein paar hundert Bildern derselben Art.',
    denoise:
      'Hier werden Bilder entrauscht, vorher auf der einen Seite des Schiebers und nachher auf der anderen. Die Stärke des Rauschens wird geschätzt; mit den Reglern neben dem Bild können Sie sie berichtigen, und mit dem Pinsel malen Sie, wo mehr oder weniger davon weg soll. Gespeichert wird neben den Originalen, unter eigenem Namen.',
    datasets:
      'Ein Datensatz besteht aus Bildern, die alle auf eine Größe gebracht wurden, damit ein Netz von ihnen lernt. Jede Karte öffnet einen. Die Originale werden nur gelesen.',
    import:
      'Wählen Sie, wie aus Ihren Bildern ein Datensatz wird: Größe, Farbe und ob Ordner Labels sind. Die Vorschau zeigt einige so, wie das Netz sie sieht. Drücken Sie Importieren, wenn sie richtig aussehen.',
    dataset:
      'Das sind die Bilder eines Datensatzes, wie das Netz sie sieht. Wählen Sie ein Label, um nur dessen Bilder zu sehen, oder ein Bild, um es größer zu sehen. Als Nächstes trainieren Sie damit.',
    train:
      'Wählen Sie ein Netz und wie es lernt, dann beginnen Sie. Die Vorlagen sind ein guter Anfang; kleinere Codes packen dichter und verlieren mehr Einzelheiten. Alles andere kann bleiben, wie es ist.',
    runs: 'Jedes Training ist ein Lauf, mit Kurven, Bildern und Einstellungen. Hier suchen und ordnen Sie sie und vergleichen zwei oder mehr mit den Kästchen links. Ein pausierter oder unterbrochener Lauf kann fortgesetzt werden.',
    run: 'Das ist ein Training, laufend oder beendet. Die Kurven zeigen, wie der Rekonstruktionsfehler fällt; die Reihen darunter zeigen Bilder und was das Netz nach jeder Epoche aus ihnen macht. Steigt die Kurve der Prüfung, während die des Trainings fällt, beginnt das Netz, die Bilder auswendig zu lernen.',
    compare:
      'Das sind die gewählten Läufe übereinander: oben die Kurven, unten die Einstellungen. Was sich unterscheidet, ist markiert; so sehen Sie, woran es liegt.',
    models:
      'Ein Modell ist ein trainiertes Netz. Die beste Epoche jedes Laufs ist eines; behaltene Modelle bleiben, wenn ihr Lauf gelöscht wird. Öffnen Sie eines, um es auszuprobieren, oder exportieren Sie es für andere Programme.',
    model:
      'Probieren Sie das Modell an einem Bild aus: links das Original, rechts, was aus seinem Code zurückkommt. Ziehen Sie an den Balken des Codes, um zu sehen, was jede Zahl tut.',
    latent:
      'Jeder Punkt ist ein Bild, sein Platz kommt von seinem Code: Bilder, die das Netz ähnlich findet, liegen beisammen. Wählen Sie Punkte aus, um ihre Bilder zu sehen, zeichnen Sie ein neues Bild von irgendeiner Stelle der Karte, oder suchen Sie Gruppen.',
    odd: 'Finden Sie Bilder, die anders sind als die übrigen. Wählen Sie einen Datensatz, oder öffnen Sie einen Ordner, und drücken Sie „Ausreißer finden“; oder vergleichen Sie mit normalen Bildern oder mit dem, was ein Modell gelernt hat. Frühere Suchen stehen darunter.',
    oddSearch:
      'Die Bilder einer Suche, die auffälligsten zuerst: jedes, wie es ist, wie das Netz es zeichnet, und mit einem Wärmebild, wo es auffällig ist. Ziehen Sie die Schwelle im Histogramm, um zu sagen, was als auffällig gilt. Ihre Markierungen bleiben; mit ihnen oder mit Klassen sagen die Zahlen, wie gut die Suche ist.',
    settings:
      'Wählen Sie Sprache und Farben, was rechnet und wo die Bibliothek liegt. Messen lässt jedes Gerät kurz trainieren und nimmt dann das schnellste.',
  },
  shortcuts: 'Tasten',
  or: 'oder',
  through: '{first} bis {last}',
  noShortcuts: 'Dieser Bereich hat keine eigenen Tasten.',
  everywhere: 'Überall',
  group: {
    denoise: 'In diesem Bereich',
    picture: 'Im Bild',
    brush: 'Mit dem Pinsel',
    map: 'Auf der Karte',
    images: 'Zwischen den Bildern',
    odd: 'Zwischen den Ausreißern',
    threshold: 'Auf dem Histogramm',
  },
  key: {
    Ctrl: 'Strg',
    Alt: 'Alt',
    Shift: 'Umschalt',
    Space: 'Leertaste',
    Escape: 'Esc',
    Enter: 'Eingabe',
    Home: 'Pos1',
    End: 'Ende',
    PageUp: 'Bild auf',
    PageDown: 'Bild ab',
  },
  shortcut: {
    undo: 'Rückgängig machen, was eben gelöscht oder geleert wurde',
    help: 'Diese Hilfe öffnen',
    find: 'Bereiche, Datensätze, Läufe, Modelle und Aktionen nach Namen finden',
    openFolder: 'Einen Ordner öffnen',
    screens: 'Zu einem Bereich gehen, in der Reihenfolge der Navigation',
    messages: 'Zu den Meldungen gehen; Esc schließt eine',
    undoControls: 'Eine Änderung der Regler rückgängig machen',
    redoControls: 'Sie wiederherstellen',
    pan: 'Das Bild verschieben',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    fit: 'Alles zeigen',
    actual: 'Seine Bildpunkte eins zu eins zeigen',
    original: 'Das Original sehen, solange gedrückt',
    brush: 'Den Pinsel ein- oder ausschalten',
    copySettings: 'Die Einstellungen des Bildes kopieren',
    pasteSettings: 'Einstellungen beim Bild einfügen',
    moveBrush: 'Den Pinsel bewegen',
    moveBrushLittle: 'Ihn ein wenig bewegen',
    paint: 'Malen, solange gedrückt',
    smallerBrush: 'Den Pinsel kleiner machen',
    largerBrush: 'Ihn größer machen',
    erase: 'Zwischen Malen und Radieren wechseln',
    showMask: 'Gemaltes zeigen oder verbergen',
    undoStroke: 'Den letzten Strich rückgängig machen',
    redoStroke: 'Ihn wieder malen',
    leaveBrush: 'Den Pinsel beenden',
    walk: 'Von Bild zu Bild gehen',
    shift: 'Die Karte verschieben oder drehen',
    draw: 'Zeichnen, was in der Mitte liegt',
    selectAll: 'Alle auswählen',
    selectNone: 'Keines auswählen',
    undoSelection: 'Die letzte Änderung der Auswahl zurücknehmen',
    toggle: 'Das Bild auswählen oder abwählen',
    imageLeft: 'Das Bild daneben',
    imageAbove: 'Das Bild darüber oder darunter',
    imagePage: 'Sechs Reihen hinauf oder hinab',
    imageEnds: 'Das erste oder letzte Bild',
    markOdd: 'Als auffällig markieren, oder die Markierung wegnehmen',
    markNormal: 'Als nicht auffällig markieren, oder die Markierung wegnehmen',
    look: 'Das Bild größer sehen',
    thresholdStep: 'Die Schwelle ein wenig verschieben',
    thresholdPage: 'Die Schwelle weiter verschieben',
    thresholdEnds: 'Zum ersten oder letzten Wert',
  },
  psnrTitle: 'Was ist PSNR, und sind 24 dB gut?',
  psnr: [
    'Die PSNR sagt in Dezibel (dB), wie nah eine Rekonstruktion ihrem Original ist. Sie wird aus dem mittleren quadratischen Fehler berechnet: 6 dB mehr bedeuten halb so viel Fehler der Helligkeit. Für gleiche Bilder gibt es keine Grenze; unter etwa 15 dB ist wenig zu erkennen.',
    'Ob 24 dB gut sind, hängt von Ihren Bildern ab: Schlichte Zeichnungen erreichen sie leicht, detailreiche Fotos kaum. Vergleichen Sie deshalb mit zwei einfachen Verfahren an denselben Bildern, die jeder Lauf zeigt: dem mittleren Bild, das für alles dasselbe ausgibt, und PCA mit so vielen Zahlen, wie der Code hat. Was nicht besser ist als das mittlere Bild, hat nichts gelernt; was besser ist als PCA, ist sein Training wert.',
  ],
  glossary: 'Begriffe',
  search: 'Begriffe suchen',
  found: 'Kein solcher Begriff. | Ein Begriff. | {n} Begriffe.',
  term: {
    activation: {
      name: 'Aktivierung',
      text: 'Die Funktion am Ende einer Schicht, die ihr Ergebnis krümmt, etwa ReLU oder Sigmoid. Ohne sie könnten alle Schichten zusammen nicht mehr als eine.',
    },
    autoencoder: {
      name: 'Autoencoder',
      text: 'Ein Netz, das lernt, seine Eingabe durch eine enge Mitte hindurch wiederzugeben, und dafür finden muss, worauf es ankommt.',
    },
    batch: {
      name: 'Batch (Bilder je Schritt)',
      text: 'Die Bilder, die das Netz in einem Schritt sieht, bevor sich seine Gewichte ändern. Mehr sind schneller, weniger lernen feiner.',
    },
    bottleneck: {
      name: 'Engstelle',
      text: 'Die schmalste Schicht, in der Mitte. Nur was durch sie passt, kommt bei der Ausgabe an.',
    },
    cluster: {
      name: 'Gruppe (Cluster)',
      text: 'Bilder, deren Codes näher beieinander liegen als bei den übrigen. Gruppen werden ohne Labels gefunden.',
    },
    code: {
      name: 'Code (latenter Code)',
      text: 'Die wenigen Zahlen, die der Encoder aus einem Bild macht. Mehr weiß der Decoder nicht davon.',
    },
    convolution: {
      name: 'Faltung',
      text: 'Eine Schicht, die auf kleine Nachbarschaften des Bildes sieht und überall dasselbe tut. Sie eignet sich für Fotos und Texturen.',
    },
    dataset: {
      name: 'Datensatz',
      text: 'Bilder, die auf eine Größe und Farbe gebracht wurden, damit ein Netz von ihnen lernt.',
    },
    decoder: { name: 'Decoder', text: 'Die zweite Hälfte des Netzes: Sie macht aus einem Code ein Bild.' },
    dense: {
      name: 'Dichte Schicht',
      text: 'Eine Schicht, in der jede Einheit auf alle Werte der Schicht davor sieht.',
    },
    encoder: { name: 'Encoder', text: 'Die erste Hälfte des Netzes: Sie macht aus einem Bild einen Code.' },
    epoch: { name: 'Epoche', text: 'Einmal durch alle Trainingsbilder.' },
    latentSpace: {
      name: 'Latenter Raum',
      text: 'Alle Codes, die es geben könnte. Jedes Bild ist ein Punkt darin, und Punkte zwischen zwei Bildern ergeben etwas dazwischen.',
    },
    learningRate: {
      name: 'Lernrate',
      text: 'Wie weit sich die Gewichte in einem Schritt bewegen. Ist sie zu groß, springt der Fehler auf und ab; ist sie zu klein, dauert das Lernen lange.',
    },
    loss: {
      name: 'Fehler (Rekonstruktionsfehler)',
      text: 'Wie weit das, was herauskommt, von dem entfernt ist, was herauskommen soll. Training macht ihn kleiner.',
    },
    mse: {
      name: 'MSE (mittlerer quadratischer Fehler)',
      text: 'Das Mittel der quadrierten Unterschiede aller Bildpunkte. Er ist das übliche Fehlermaß, und die PSNR wird aus ihm berechnet.',
    },
    noise: {
      name: 'Rauschen',
      text: 'Zufällige Änderungen der Bildpunkte, wie sie eine Kamera bei wenig Licht macht. Ein Netz, das an verrauschten Bildern trainiert wird, lernt, sie zu entfernen.',
    },
    overfitting: {
      name: 'Überanpassung',
      text: 'Das Netz lernt seine Trainingsbilder auswendig und wird an anderen schlechter: Der Trainingsfehler fällt, während der Prüffehler steigt. Mehr Bilder oder ein kleineres Netz helfen.',
    },
    parameter: {
      name: 'Parameter',
      text: 'Alle Zahlen eines Netzes, die gelernt werden: Gewichte und Biases.',
    },
    pca: {
      name: 'PCA (Hauptkomponentenanalyse)',
      text: 'Die beste Art, Bilder durch wenige Zahlen zu beschreiben, wenn nur Summen fester Muster erlaubt sind. Sie braucht kein Training; ein Netz sollte mit ebenso vielen Zahlen besser sein.',
    },
    psnr: {
      name: 'PSNR (Spitzen-Signal-Rausch-Verhältnis)',
      text: 'Wie nah ein Bild seinem Original ist, in Dezibel; mehr ist besser, und 6 dB mehr bedeuten halb so viel Fehler.',
    },
    reconstruction: {
      name: 'Rekonstruktion',
      text: 'Das Bild, das der Decoder aus dem Code eines Bildes macht.',
    },
    run: { name: 'Lauf', text: 'Ein Training, mit Einstellungen, Kurven, Bildern und Gewichten.' },
    sigma: {
      name: 'Sigma (σ)',
      text: 'Die Stärke des Rauschens: die Standardabweichung der Bildpunkte auf der Skala von 0 bis 255. 5 ist schwach, 25 deutlich zu sehen, 50 stark.',
    },
    ssim: {
      name: 'SSIM (Ähnlichkeit der Strukturen)',
      text: 'Wie ähnlich die Strukturen zweier Bilder sind, von 0 bis 1. Das ist näher an dem, was ein Auge sieht, als die PSNR.',
    },
    tied: {
      name: 'Gekoppelte Gewichte',
      text: 'Der Decoder benutzt die Gewichte des Encoders, transponiert. Das halbiert, was zu lernen ist, und hilft bei wenigen Bildern.',
    },
    umap: {
      name: 'UMAP',
      text: 'Eine Art, eine Karte zu zeichnen, auf der Bilder mit ähnlichen Codes Nachbarn sind. Auf Nachbarschaften ist Verlass; Abstände zwischen fernen Gruppen sagen wenig.',
    },
    validation: {
      name: 'Prüfung (Validierung)',
      text: 'Bilder, die vom Lernen zurückgehalten werden. Was das Netz an ihnen leistet, zeigt, was es an Bildern leistet, die es nicht kennt.',
    },
    weight: {
      name: 'Gewichte',
      text: 'Die Zahlen, mit denen eine Schicht malnimmt, was hereinkommt. Lernen heißt, sie nach und nach zu ändern.',
    },
  },
  palette: {
    open: 'Finden',
    title: 'Nach Namen finden',
    search: 'Name eines Bereichs, Datensatzes, Laufs, Modells oder einer Aktion',
    results: 'Gefunden',
    none: 'So heißt hier nichts. Versuchen Sie es mit weniger Buchstaben.',
    count: 'nichts gefunden | eines gefunden | {n} gefunden',
    kind: {
      screen: 'Bereich',
      action: 'Aktion',
      dataset: 'Datensatz',
      run: 'Lauf',
      model: 'Modell',
      search: 'Suche nach Ausreißern',
    },
    trainOn: 'Training mit {name} beginnen',
    theme: {
      light: 'Helle Farben benutzen',
      dark: 'Dunkle Farben benutzen',
      system: 'Die Farben des Systems benutzen',
    },
    language: {
      en: 'Zu Englisch wechseln (English)',
      de: 'Zu Deutsch wechseln',
      system: 'Die Sprache des Systems benutzen',
    },
  },
}
