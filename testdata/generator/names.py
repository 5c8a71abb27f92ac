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
    "probe": "Apfelstedt Brettschneider Christophersen Distelkamp Ehrenfried Findeisen Gänsicke Habermehl Igelbrink "
    "Junghänel Kaltwasser Leuthäußer Morgenschweiß Nebelthau Osterkamp Plötzeneder Quandtmeier Rotkehl Sauerbrey Trödler "
    "Ungelenk Vierkötter Weinzettl Zirngiebl Arslanoğlu Beridze Castañeda Dushku Fernando-Kraus Güneş Hernández "
    "Kiplagat Kobakhidze Łukasik Mbarga N'Diaye Perera Restrepo Sørensen Šimunić "
    "Tchoumi Wickramasinghe Xhaferi Čermák".split(),
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
    "probe": {
        "f": "Annegret Beatriz Chiara Dorothea Eteri Florentine Gesine Hannelore Imani Jelena Kumari Leonie Mirlinda "
        "Nelly Oda Pauline Renate Şengül Tekla Wangari".split(),
        "m": "Arno Besnik Caspar Dilshan Ekkehard Fabian Giorgi Holger Innocent Jurij Kipchoge Levan Manfred Nikolas Orhan "
        "Pascal Rodrigo Siegfried Thorsten Wolfram".split(),
    },
}
STREETS = {
    "train": "Mühlgäßchen,Obere Gasse,Bahnhofstraße,Gartenstraße,Am Kornmarkt,Lindenallee,Schulweg,An der Lahnaue,Färbergraben,"
    "Uhlandstraße,Hinter den Höfen,Zum Steinbruch".split(","),
    "eval": "Birkenhain,Rathausplatz,Neue Straße,Kirchgasse,Am Wehr,Goethering,Sankt-Anna-Straße,Ziegeleiweg,Dorfstraße,"
    "Im Brühl,Kapellenberg,Hafenkai".split(","),
    "probe": "Eschenring,Töpferstieg,Kelterplan,Weberzeile,Fliederbogen,Nussbaumchaussee,Lerchenflur,Unterm Gradierwerk,"
    "Professor-Moosbacher-Damm,Kleine Freiheit,Sperlingswinkel,Kohlenmarkt".split(","),
}
TOWNS = {
    "train": ["35999 Musterhausen", "35998 Neuweiler", "35997 Lahrtal", "35996 Obermühl", "35995 Steinfurth an der Lahr"],
    "eval": ["24999 Beispielstadt", "24998 Norderau", "24997 Seekirch", "24996 Klein Wesel", "24995 Marienhafen"],
    "probe": ["99999 Modellburg", "99997 Föhrenroda", "99995 Bad Kupferquell", "99993 Erlschwende", "99979 Zwickelstedt"],
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
    "probe": [
        ("Landratsamt Ginstergau", "Geschäftsbereich Inneres", "Amtshof 5", "99997 Föhrenroda"),
        ("Große Kreisstadt Modellburg", "Stadtverwaltung", "Kohlenmarkt 14", "99999 Modellburg"),
        ("Samtgemeinde Zwickelstedt", "Die Samtgemeindebürgermeisterin", "Weberzeile 2", "99979 Zwickelstedt"),
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
    "probe": {
        "firma": [
            "Schreibwaren Tintenklecks Inh. O. Rotkehl",
            "Baumschule Distelkamp",
            "Sanitär Wasserwaage GmbH & Co. OHG",
            "Konditorei Zuckerguss KG",
            "Ginstergauer Straßenbau GmbH",
            "Glaserei Durchblick",
            "Softwarehaus Klammeraffe SE",
            "Möbeltransporte Huckepack e. Kfm.",
        ],
        "anwalt": ["Sozietät Findeisen + Habermehl", "Dr. Ehrenfried, Fachanwalt", "Advokatur Modellburg PartG mbB"],
        "bank": ["Stadtsparkasse Modellburg", "Genossenschaftsbank Ginstergau eG", "Bankhaus Apfelstedt"],
        "kasse": ["Pluskasse Ginster", "IKK Modellburg", "Landkrankenkasse Zwickelstedt"],
        "versicherung": ["Regenschirm Sachversicherung SE", "Ginstergauer Feuersozietät", "Rundum Direktversicherer"],
        "vermieter": ["Wohnungsgesellschaft Kupferquell mbH", "Dorothea Osterkamp", "Grundbesitz Vierkötter GbR"],
        "arzt": ["Hausarztzentrum Erlschwende", "Dres. Levan Beridze und Renate Junghänel, Internisten"],
        "gericht": ["Verwaltungsgericht Modellburg", "Amtsgericht Zwickelstedt", "Sozialgericht Föhrenroda"],
        "schule": ["Bildungswerk Ginstergau", "Akademie Zungenschlag gGmbH"],
        "jobcenter": ["Jobcenter Ginstergau-Modellburg"],
        "polizei": ["Polizeiinspektion Zwickelstedt"],
        "energie": ["Ginsterstrom Netz und Vertrieb GmbH"],
        "fahrschule": ["Fahrschule Schulterblick", "Fahrakademie Nebelthau"],
        "pruefer": ["Überwachungsverein Ginstergau e. V."],
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
    "probe": [
        ("Georgien", "GEO", "georgisch", "Kutaissi"),
        ("Kenia", "KEN", "kenianisch", "Nakuru"),
        ("Kolumbien", "COL", "kolumbianisch", "Manizales"),
        ("Sri Lanka", "LKA", "sri-lankisch", "Kandy"),
        ("Albanien", "ALB", "albanisch", "Shkodër"),
        ("Kamerun", "CMR", "kamerunisch", "Garoua"),
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
    "probe": [
        "Haftnotizen, gelb, 12 Blöcke",
        "Aktenvernichter P-4",
        "Tintenpatrone cyan",
        "Bürodrehstuhl mit Armlehnen",
        "Netzwerkkabel Cat 6, 5 m",
        "Schließzylinder, gleichschließend",
        "Grünschnitt abfahren, cbm",
        "Aufzugsprüfung, jährlich",
        "Glasreinigung Turnhalle",
        "Leihgebühr Hubsteiger, Tag",
        "Mineralwasser, Kiste",
        "Kilometerpauschale",
    ],
}
