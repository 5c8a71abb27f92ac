"""Invented people, places and houses. Each list is for one split alone, so that evaluation meets no known name."""

SURNAMES = {
    "train": "Beispiel Öger Kowalczyk Nguyen-Lindner Haddadi Grünwedel Sonnenschein Weißhäupl Süßmilch Dragić Şimşek Bielińska "
    "Nováková Petrescu Okonkwo Rahimi Yıldız Marković Abendroth Birnbaum Dornseif Eichenlaub Federlein Gutermuth "
    "Hasenpflug Immergrün Kesselring Lindwurm Möhrle Nachtigall Oberländer Pfefferkorn Quittenbaum Rosenstiel Silbereisen "
    "Tannhäuser Unverzagt Vogelsang Wiesengrund Zuckschwerdt Tadesse Al-Masri Hovhannisyan Traoré".split(),
    "eval": "Ackerknecht Blumentritt Czerny Dudenhöffer Engelbrecht Faulstich Götzinger Hähnlein Isenbart Jägersberg Krähwinkel "
    "Löwenherz Mühlstein Niedermeyer Ohnesorg Prätorius Rübsam Schlüter-Bär Thalhammer Uhlenhorst Veilchenfeld Wüstenhagen "
    "Zeisig Achebe Bondarenko Çelik Diallo Espinoza Ferreira Ghebreyesus Hakimi Ilić Jovanović Kaya Lê Mohammadi "
    "Nasrallah Ozturk-Hahn Popescu Quispe Shevchenko Tesfaye Wójcik Zhang".split(),
}
GIVEN = {
    "train": {
        "f": "Amira Sophie Zofia Thi Mai Hildegard Aylin Ewa Jiřina Lina Petra Fatima Katharina Mareike Rosemarie Nadia Olena "
        "Ingrid Selma Blessing".split(),
        "m": "Jörg Oğuz Jan Željko Yusuf Karl Matthias Reza Emeka Ion Dieter Alfred Hamid Bernd Uwe Samuel Tigran Moussa "
        "Wilhelm Anton".split(),
    },
    "eval": {
        "f": "Adaeze Brigitte Carmen Dilnoza Elfriede Franziska Gülsüm Heike Irina Jovana Kirsten Lucía Margarete Nasrin Ottilie "
        "Parisa Ruth Svetlana Tamara Ursula".split(),
        "m": "Achim Bogdan Cem Detlef Eduardo Friedhelm Günther Hossein Ismail Joachim Kwame Lothar Mehmet Norbert Oleksandr "
        "Pjotr Rüdiger Stjepan Tomasz Volker".split(),
    },
}
STREETS = {
    "train": "Mühlgäßchen,Obere Gasse,Bahnhofstraße,Gartenstraße,Am Kornmarkt,Lindenallee,Schulweg,An der Lahnaue,Färbergraben,"
    "Uhlandstraße,Hinter den Höfen,Zum Steinbruch".split(","),
    "eval": "Birkenhain,Rathausplatz,Neue Straße,Kirchgasse,Am Wehr,Goethering,Sankt-Anna-Straße,Ziegeleiweg,Dorfstraße,"
    "Im Brühl,Kapellenberg,Hafenkai".split(","),
}
TOWNS = {
    "train": ["35999 Musterhausen", "35998 Neuweiler", "35997 Lahrtal", "35996 Obermühl", "35995 Steinfurth an der Lahr"],
    "eval": ["24999 Beispielstadt", "24998 Norderau", "24997 Seekirch", "24996 Klein Wesel", "24995 Marienhafen"],
}
# (body that sends, its short name, street, town); the kinds of houses follow below.
COUNCILS = {
    "train": [
        ("Stadt Musterhausen an der Lahr", "Der Bürgermeister", "Am Kornmarkt 3", "35999 Musterhausen"),
        ("Landkreis Lahrtal", "Der Landrat", "Schlossplatz 1", "35997 Lahrtal"),
        ("Stadt Neuweiler", "Der Magistrat", "Marktplatz 12", "35998 Neuweiler"),
    ],
    "eval": [
        ("Kreis Norderau", "Die Landrätin", "Kreishausweg 20", "24998 Norderau"),
        ("Beispielstadt - Kreisfreie Stadt", "Die Oberbürgermeisterin", "Rathausplatz 1", "24999 Beispielstadt"),
        ("Verbandsgemeinde Seekirch", "Verbandsgemeindeverwaltung", "Am Wehr 8", "24997 Seekirch"),
    ],
}
HOUSES = {
    "train": {
        "firma": [
            "Bürobedarf Federkiel GmbH",
            "Gärtnerei Weißhäupl",
            "Elektro Funkenflug GmbH & Co. KG",
            "Bäckerei Süßmilch e. K.",
            "Malerbetrieb Farbtupfer",
            "Lahrtal Gebäudereinigung GmbH",
            "Druckhaus Schnörkel AG",
            "Spedition Eilig & Söhne",
        ],
        "anwalt": ["Rechtsanwälte Dornseif & Partner", "Kanzlei Abendroth", "Rechtsanwältin Katharina Vogelsang"],
        "bank": ["Kreissparkasse Lahrtal", "Volksbank Musterhausen eG", "Lahrbank AG"],
        "kasse": ["Krankenkasse Mustergesund", "BKK Lahrtal", "Innungskasse Obermühl"],
        "versicherung": ["Lahrtaler Versicherung AG", "Mustermann Assekuranz", "Hausschutz Versicherungsverein a. G."],
        "vermieter": ["Hildegard Sonnenschein", "Wohnbau Musterhausen GmbH", "Immobilien Rosenstiel KG"],
        "arzt": [
            "Dr. med. Anton Pfefferkorn, Facharzt für Allgemeinmedizin",
            "Gemeinschaftspraxis Dres. Lindwurm und Möhrle",
        ],
        "gericht": ["Verwaltungsgericht Musterhausen", "Amtsgericht Lahrtal", "Sozialgericht Neuweiler"],
        "schule": ["Volkshochschule Lahrtal", "Sprachinstitut Babel GmbH"],
        "jobcenter": ["Jobcenter Lahrtal"],
        "polizei": ["Polizeistation Musterhausen"],
        "energie": ["Stadtwerke Musterhausen GmbH"],
        "fahrschule": ["Fahrschule Rückwärts", "Fahrschule Kesselring"],
        "pruefer": ["Prüfstelle Lahrtal für Kraftverkehr"],
    },
    "eval": {
        "firma": [
            "Papeterie Löschblatt OHG",
            "Dachdeckerei Ziegelrot",
            "IT-Systemhaus Nullpunkt GmbH",
            "Metzgerei Schlüter",
            "Norderauer Tiefbau AG",
            "Reinigungsdienst Blitzblank UG",
            "Verlag Seitenweise GmbH",
            "Kurierdienst Flott",
        ],
        "anwalt": ["Kanzlei Prätorius und Isenbart", "RAe Krähwinkel Thalhammer Zeisig", "Anwaltsbüro am Wehr"],
        "bank": ["Sparkasse Norderau", "Raiffeisenbank Seekirch eG", "Hafenbank Marienhafen"],
        "kasse": ["Gesundkasse Nord", "Betriebskrankenkasse Seeluft", "Die Norderauer Ersatzkasse"],
        "versicherung": ["Nordlicht Versicherungen", "Seekircher Brandkasse", "Deichschutz Allgemeine AG"],
        "vermieter": ["Baugenossenschaft Heimat Norderau eG", "Friedhelm Ohnesorg", "Hausverwaltung Zeisig"],
        "arzt": ["Praxis Dr. Nasrin Hakimi", "MVZ Norderau, Innere Medizin"],
        "gericht": ["Verwaltungsgericht Norderau", "Amtsgericht Beispielstadt", "Sozialgericht Seekirch"],
        "schule": ["Kreisvolkshochschule Norderau", "Sprachschule Wortschatz e. V."],
        "jobcenter": ["Jobcenter Kreis Norderau"],
        "polizei": ["Polizeirevier Beispielstadt"],
        "energie": ["Energieversorgung Norderau AG"],
        "fahrschule": ["Fahrschule Überholspur", "Verkehrsinstitut Zeisig"],
        "pruefer": ["Technische Prüfstelle Nord"],
    },
}
# (name as it is in sentences, ICAO code, adjective, place)
STATES = {
    "train": [
        ("Tunesien", "TUN", "tunesisch", "Tunis"),
        ("Vietnam", "VNM", "vietnamesisch", "Hải Phòng"),
        ("Iran", "IRN", "iranisch", "Schiras"),
        ("Nigeria", "NGA", "nigerianisch", "Enugu"),
        ("Armenien", "ARM", "armenisch", "Gjumri"),
        ("Türkei", "TUR", "türkisch", "Sivas"),
    ],
    "eval": [
        ("Ukraine", "UKR", "ukrainisch", "Poltawa"),
        ("Peru", "PER", "peruanisch", "Arequipa"),
        ("Eritrea", "ERI", "eritreisch", "Keren"),
        ("Ghana", "GHA", "ghanaisch", "Kumasi"),
        ("Afghanistan", "AFG", "afghanisch", "Herat"),
        ("Serbien", "SRB", "serbisch", "Niš"),
    ],
}
GOODS = {
    "train": [
        "Kopierpapier A4, 80 g",
        "Aktenordner, breit, grau",
        "Toner schwarz, 10.000 Seiten",
        "Schreibtischlampe LED",
        "Steckdosenleiste 6-fach",
        "Wartung Heizungsanlage",
        "Unterhaltsreinigung Rathaus",
        "Malerarbeiten Flur 1. OG",
        "Bewirtung Sitzung Kreistag",
        "Rollcontainer mit Schloss",
        "Anfahrt",
        "Arbeitsstunden Monteur",
    ],
    "eval": [
        "Hängeregister, 25 Stück",
        "Versandtaschen C4",
        "Monitor 27 Zoll",
        "Dockingstation USB-C",
        "Bodenbelag Linoleum, m²",
        "Prüfung ortsfester Feuerlöscher",
        "Streusalz, Sack 25 kg",
        "Dachrinne reinigen, lfd. m",
        "Stundenlohn Facharbeiter",
        "Fracht und Verpackung",
        "Softwarepflege, Quartal",
        "Namensschilder, graviert",
    ],
}
