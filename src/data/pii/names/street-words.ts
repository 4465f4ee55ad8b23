/** What streets, units and post boxes are called where addresses are written in Latin letters. */
import { type WordSet, wordSet } from './cut-words.ts';

/** After the name of an English street; these say "address" by themselves, also in lower case. */
export const streetEndings: WordSet = wordSet(`
  street avenue ave av road rd lane ln boulevard blvd highway hwy parkway pkwy turnpike tpke crescent cres freeway
  expressway mews terrace causeway`);

/** These are ordinary words as well: they need a capital letter, a place after them or talk of addresses. */
export const weakEndings: WordSet = wordSet(`
  st str dr drive court ct way place pl ter circle cir square sq trail trl loop close row walk grove garden gardens hill
  hills park route rte alley plaza run ridge rdg view heights hts crossing xing pass path point pt branch bridge brook
  canyon cape center cliff common corner cove creek dale estate estates field fields forest fork glen green harbor haven
  hollow island isle junction key knoll lake landing light manor meadow meadows mill mission mount mountain oval orchard
  overpass parade parkways pike pine plain port prairie ramp ranch rapid rest river shoal shore spring springs spur
  station stream summit throughway trace track tunnel union valley viaduct village villages ville vista wharf wells`);

/** Before the name of the street: Rue de Rivoli, Calle Mayor, Via Roma, ul. Długa, улица Садовая. In the lexicon's form. */
export const streetBeginnings: WordSet = wordSet(`
  c rue avenue av ave avda avenida boulevard boul bd bvd blvd chemin ch impasse quai allee allees cours place square route
  sentier passage esplanade via viale piazza piazzale pza pzza corso cso largo vicolo strada calle cll cl carrera cra kra
  plaza paseo pje pasaje camino carretera ronda transversal diagonal gran jiron jr r rua travessa tv praca estrada alameda
  rodovia beco ladeira ul ulica ulicy ulici ulice ulitsa ulitsy al aleja aleje alei aleea pl plac placu os osiedle osiedlu
  rondo skwer nam namesti nabr nabrezi tr trida trg bul bulevar bulevardul bulevardi str calea soseaua sos splaiul piata
  intrarea carrer passeig rambla avinguda odos leoforos plateia sokak jalan jl jln lorong persiaran lebuh gang duong pho
  ngo hem laan
  улица улице улицы улицу ул проспект проспекте проспекта пр-т пр-кт просп пр бульвар бульваре бул б-р переулок переулке
  пер площадь площади пл набережная набережнои наб шоссе ш проезд проезде пр-д аллея аллее тупик туп микрораион мкр
  вулиця вулиці вул площа площі провулок пров узвіз бульварі
  οδος οδου οδο λεωφορος λεωφορο λεωφορου λεωφ πλατεια πλατειας`);

/** Those that mean a street and nothing else, so that the name after them may be in lower case. */
export const plainBeginnings: WordSet = wordSet(`
  rue boulevard impasse calle avenida rua travessa ul ulica ulicy ulici улица улице улицы ул вул вулиця вулиці jalan jl`);

/** A word of its own after the name: Berliner Straße 5, Kossuth utca 12, Bağdat Caddesi 4, Невский пр. 88. */
export const streetWords: WordSet = wordSet(`
  strasse str gasse weg platz allee ring ufer damm gatan gata vagen vag vej gade vei veien gate straat laan plein gracht
  singel kade kai grand torg torv plads plass brygge katu tie kuja polku kaari utca ut utja u ter tere korut setany fasor koz
  ulice ulica trg namesti nam nabrezi trida cesta bulvar bulvari blv caddesi cad cd sokak sokagi sok sk mahallesi tee tn mnt
  puiestee straeti vegur gt veg prospekt steenweg soi
  улица ул проспект пр пр-т просп бульвар переулок пер площадь шоссе ш набережная наб вулиця вул`);

/** The end of one long word: Hauptstraße, Koskikatu, Storgatan, Grotestraat, Laugavegi. */
export const streetCompound: RegExp =
  /.{2}(?:strasse|str|gasse|weg|platz|allee|ufer|damm|gatan|gata|vagen|vej|gade|vegen|veien|gaten|straat|laan|plein|gracht|kade|katu|tie|kuja|polku|stien|vegur|straeti|vaenget|bakken|graben|wei|chaussee|promenade|steig|zeile|stigen|grand|torget|bryggen|svingen|hogda|straede|torv|steenweg|singel|dreef|burgwal|kaari|aukio|raitti|vegi|stigur|gotu)$/;

/** Their surest in lower case too: "geleverd op grotestraat 77". */
export const plainCompound: RegExp = /^.{3,20}(?:strasse|gatan|straat|steenweg|gracht|laan|allee)$/;

/** Made like streets and ordinary words, in several languages. */
export const noStreets: WordSet = wordSet(`
  umweg ausweg rueckweg ruckweg hinweg heimweg irrweg mittelweg lieferweg versandweg dienstweg rechtsweg gehweg radweg
  fussweg postweg seeweg luftweg landweg lebensweg losungsweg ubertragungsweg arbeitsweg schulweg vertriebsweg feldweg
  bildungsweg zahlungsweg unterweg
  arbeitsplatz parkplatz sitzplatz stellplatz startplatz speicherplatz lagerplatz fensterplatz gangplatz campingplatz
  spielplatz tabellenplatz rangplatz ladeplatz stehplatz schlafplatz liegeplatz steckplatz handelsplatz studienplatz
  ausbildungsplatz bauplatz flugplatz golfplatz sportplatz fussballplatz rastplatz zeltplatz
  garantie partie sortie batterie lotterie brigade blokade dekade kaskade fassade promenade brigata regata
  hostie calotie modestie empathie sympathie amnestie demokratie repartie
  einbahnstrasse hauptverkehrsstrasse waschstrasse ladenstrasse warenstrasse
  hangar wartung entgegen deswegen bewegen verwegen abwegen`);

/** Am Markt, Im Grund, An der Mühle, Zur Post, Unter den Linden. */
export const streetPrepositions: WordSet = wordSet('am im an auf zum zur unter beim hinter vor');

export const directions: WordSet = wordSet(
  'n s e w ne nw se sw north south east west northeast northwest southeast southwest',
);

/** Before their number or letter: Flat 3, portal 4, lgh 1102, кв. 45. */
export const units: WordSet = wordSet(`
  apt apartment suite ste unit flat floor fl room rm bldg building lot block blk tower door box piso puerta appt app apto
  appartement escalier esc etage stock wohnung whg top int interior depto departamento dpto dept oficina of local andar bus
  house no nr portal bloque bloco bloc bl bat batiment bureau scala sc interno ap et etaj sector cod lgh tr lok m pietro
  pietra kl klatka em lph krs as porras rappu door dur opg sal stuk nivel torre manzana mz lote km kat daire d blok rt rw
  quan phuong moo sal ward phase plot shop office villa entrance stan kv lit
  кв квартира корпус корп к стр строение этаж эт подъезд офис оф лит под помещение пом квартира буд корп під дом д офіс поверх
  ет ап вх οροφος διαμ`);

/** Units of one word: Hinterhaus, bajo, R/C. */
export const wholeUnits: WordSet = wordSet(
  'hinterhaus vorderhaus gartenhaus erdgeschoss dachgeschoss eg dg parterre bajo atico entresuelo penthouse rdc hs huis basement',
);

/** Behind their number: 3e étage, 12º andar, 2. sal. */
export const floorWords: WordSet = wordSet(
  'floor fl piso etage stock og andar planta piano kat emelet em tr sal verdieping pietro krs kerros etaj этаж поверх',
);

/** Before the name of a part of a town, a town or a region: г. Москва, TP. Hồ Chí Minh, Co. Mayo. */
export const placePrefixes: WordSet = wordSet(
  'г гор м с обл р-н co col brgy barangay barrio bairro urb tp kota kec kel san santa lieu-dit cep',
);

/** After the name of a quarter: Atatürk Mah. */
export const quarterWords: WordSet = wordSet('mah mahallesi mahalle');

/** At the end of the name of a house. */
export const buildingWords: WordSet = wordSet(`
  cottage house court tower towers apartments residence residences residency complex mansion mansions lodge farm barn
  vicarage rectory villas heights plaza maltings chambers`);

/** Before an address: what follows is one although no street says so. */
export const addressCue: RegExp =
  /\b(?:(?:street |home |mailing |shipping |billing |delivery |postal |new |my |the )?address(?:es)?(?: (?:is|was|to|will be|on file is|should be))?|(?:i|we) (?:live|stay|reside) at|(?:live|living|located|residing|based) at|(?:ship|deliver|send|mail|forward|return)(?:ed|ing)? (?:it |this |them |that |the package |the order )?to|(?:mi |la )?direcci[oó]n(?: es)?|(?:mon |l['’])?adresse(?: est| ist)?|(?:meine )?anschrift(?: ist)?|indirizzo(?: è)?|endere[cç]o(?: é)?)\s*:?\s+/gi;

export const postBox: RegExp =
  /(?<![\p{L}\p{N}])(?:p\.? ?o\.? ?box|(?:post(?:al)?|locked|private) ?(?:box|bag)|postfach|postbus|postboks|apartado(?: postal| de correos)?|casilla(?: postal)?|caixa postal|casella postale|case postale|bo[iî]te postale|b\.?p\.?(?= \d{1,6},? \d{5}(?!\d))|skr(?:ytka|\.)? poczt(?:owa|\.)?|pošt(?:anski|ový)? p(?:retinac|řihrádka)|а\/я|абонентский ящик|(?:PSC|CMR|Unit|RR|HC|Rural Route|Star Route) \d{1,5},? Box)(?: n[ro]?[.°º]? ?| № ?)?\s*#?\s?\d{1,6}(?: \d{2}(?: \d{2})?)?(?:-\d{5})?(?![\p{L}\p{N}]|[.,]\d)/giu;

/** The second line of a post box or ship of the armed forces of the United States. */
export const forcesPost: RegExp = /^[\s,]{1,4}(?:APO|FPO|DPO),? A[AEP] ?,? ?\d{5}(?:-\d{4})?/i;
export const forcesShip: RegExp =
  /\b(?:USS|USNS|USNV|USCGC) [\p{L}'’-]{2,20}(?: [\p{L}'’-]{2,20})?(?=[\s,]{1,4}(?:APO|FPO|DPO) A[AEP])/giu;
