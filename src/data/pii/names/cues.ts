/**
 * The words around names that say what they are, in the languages support is most often given in: English, Spanish,
 * French, German, Italian, Portuguese, Dutch. Words are in the lexicon's form (lower case, no accents).
 */
import { type WordSet, wordSet } from './cut-words.ts';

/** Before a name and no part of it. */
export const titles: WordSet = wordSet(`
  mr mrs ms miss mx dr doc doctor prof professor sir madam madame lord lady captain capt sgt sergeant lieutenant lt colonel
  general rev reverend father judge justice senator congressman congresswoman hon sr sra srta senor senora senorita don
  dona herr frau fraulein hr fr dipl ing monsieur mme mlle m mademoiselle maitre signor signora signorina sig dott
  dottore avv familie famille meneer mevrouw dhr mevr senhor senhora pan pani uncle aunt auntie grandma grandpa`);

/** Follow a name and belong to it. */
export const nameSuffixes: WordSet = wordSet('jr sr ii iii iv phd md esq');

/** Lower-case words inside a name: Ludwig van Beethoven, Maria de la Cruz. */
export const particles: WordSet = wordSet(
  'de la del da do dos das di du van von der den ten ter bin bint ibn al el le zu zum af av y e',
);

/** Before a name at the start of a message or in its last line. */
export const greetings: WordSet = wordSet(`
  hi hello hey heya hiya howdy yo dear thanks thank thx ty thnx cheers bye goodbye greetings welcome morning afternoon evening sir madam
  hola buenos buenas dias tardes noches estimado estimada querido querida gracias adios
  bonjour bonsoir salut coucou cher chere merci revoir
  hallo moin servus tag morgen abend liebe lieber liebes geehrte geehrter danke
  ciao salve buongiorno buonasera caro cara gentile egregio grazie arrivederci
  ola oi dia tarde noite obrigado obrigada prezado prezada
  hoi dag goedemorgen goedemiddag goedenavond beste geachte bedankt dank
  hej tack moi kiitos ahoj dziekuje merhaba`);

export const signOffs: WordSet = wordSet(`
  regards sincerely cheers best yours truly faithfully signed thanks love respectfully cordially warmly saludos
  atentamente cordialement sinceres salutations grusse grussen gruss hochachtungsvoll cordiali saluti atenciosamente
  groet groeten`);

/** Nouns for people in some relation, directly before their name: "my wife Anna", "agent Smith". */
export const relations: WordSet = wordSet(`
  wife husband son daughter brother sister mother father mom mum dad friend boss colleague partner spouse kid child
  cousin nephew niece uncle aunt grandmother grandfather girlfriend boyfriend fiance fiancee roommate neighbor neighbour
  agent manager representative rep supervisor assistant secretary attorney lawyer nurse teacher advisor specialist
  president director ceo cto cfo founder author actor actress singer writer artist engineer officer patient customer
  client employee passenger guest driver tenant beneficiary mi meine mein ma mon esposa esposo hijo hija hermano hermana
  madre padre amigo amiga jefe femme mari fils fille frere soeur ami amie chef bruder schwester sohn tochter vater
  mutter freund freundin kollege kollegin chefin moglie marito figlio figlia fratello sorella`);

/** After a name: what people do. */
export const personVerbs: WordSet = wordSet(`
  said says told tells asked asks wrote writes called calls works worked lives lived wants wanted needs needed thinks
  thought went goes came comes is was has had will would can could did does speaking speaks here replied answered likes
  loves bought ordered paid sent received signed joined left listed believes knows made plays played sings sang dice dijo
  est a ist hat sagte war`);

/** Verbs and small words of other languages that are names as well, and more often begin an instruction. */
export const sentenceStarts: WordSet = wordSet(`
  elija lea tome envie abra borre deje vaya siga ley asi durante tal aun dado dada salvo debera podra habra sera
  ceci celle durant cartes vada prema salvi secondo allora anzi va leia segundo alem wahlen seit warten namen ga lees`);

/** The commonest words of other languages that are none of English. */
export const otherLanguages: WordSet = wordSet(`
  el los las del que en por para su es una un y se lo como mas esta le les des du une et est pour dans vous nous je
  qui der das und ist nicht ein eine ich sie mit fur zu il di che non sono della um uma nao os da het een
   ik je niet`);

/** After a name: what only people do. */
export const livingVerbs: WordSet = wordSet(
  'lives lived resides resided married studied graduated died retired vive wohnt habite vivait woonde abita mora',
);

/** Between what was said and who said it: "…," says Anna. */
export const sayingVerbs: WordSet = wordSet(
  'says said replied answered added explained wrote sagt sagte dice dijo dit disse',
);

/** Before a place. `in` may stand before anything; the second group is about places only. */
export const placePrepositions: WordSet = wordSet(
  'in from to near at around across outside towards toward through throughout within into en desde a dans depuis nach aus bei a da di em de para uit naar',
);
export const placeVerbs: WordSet = wordSet(`
  originally live lives living lived reside resides residing based located born raised grew moved moving move travel traveling
  travelling traveled travelled fly flying flew flight flights trip visit visiting visited arrive arriving arrived depart
  departing leaving drive headed going vacation relocate relocated staying stay vivo vive nacido habite vis wohne wohnt
  lebe geboren city town village state province country capital hotel hotels weather citizen resident residents native
  southern northern eastern western downtown ship shipped shipping deliver delivery delivered`);

/** Before an organisation. */
export const organisationCues: WordSet = wordSet(`
  company employer organisation organization firm corporation employed hired joined works working worked work startup
  vendor supplier merchant retailer insurer business empresa compania entreprise societe firma unternehmen arbeite
  trabajo travaille azienda`);

/** End the name of a company. */
export const legalForms: WordSet = wordSet(`
  inc incorporated llc llp lp ltd limited corp corporation co plc gmbh ag kg kgaa ohg ug sa sas sarl srl spa bv nv oy oyj
  ab as asa aps sl sau lda ltda eireli pty kk pte pvt ev ek se sro zrt kft doo dd`);

/** Name a kind of organisation and belong to its name: First National Bank, University of Turin. */
export const organisationNouns: WordSet = wordSet(`
  bank university college school hospital clinic airlines airways airline insurance group holdings holding partners
  associates institute foundation association federation society ministry department agency committee council commission
  company orchestra museum church union club league party press media studios records pictures entertainment
  technologies technology solutions systems software services consulting capital ventures industries enterprises
  international logistics pharmaceuticals pharma motors energy networks communications labs laboratories hotels resorts
  restaurants stores brothers bros sons financial securities advisors trust universidad universite universitat banco
  banque sparkasse versicherung krankenhaus hochschule verein stadtwerke verlag autohaus universita banca ospedale times
  magazine weekly news post herald gazette journal radio television tv`);

/** Known by a capital letter everywhere, and no names. */
export const calendar: WordSet = wordSet(`
  january february march april may june july august september october november december jan feb mar apr jun jul aug sep
  sept oct nov dec eve monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
  christmas easter thanksgiving halloween hanukkah ramadan`);

/** Before a month or a day. */
export const dateWords: WordSet = wordSet(
  'in on of till until since this next last every early late mid during through before after between year month',
);

/** Begin the name of a town, a street or a quarter: San Diego, Fort Worth, West End. */
export const townBeginnings: WordSet = wordSet(`
  san santa santo sant saint st sainte fort port mount mt lake los las el new old upper lower north south east west
  northern southern eastern western great grand little bad`);

/** What an agent says before a bare name, an address or a company is the answer. */
export const asksName: RegExp =
  /\bnames?\b|\bwho (?:am i|do i have|is this|is calling|are you)|\bnombres?\b|\bllam[ao]|\bapellidos?\b|\bnom\b|\bappel(?:ez|lez|le)\b|\bNamen?\b|\bhei(?:ß|ss)en\b|\bnaam\b|\bnome\b|\bchiam[ai]/i;
export const asksAddress: RegExp =
  /\baddress\b|\bwhere (?:do you live|should|shall|would)|\bdirecci[oó]n\b|\badresse?\b|\banschrift\b|\bindirizzo\b|\bendere[cç]o\b|\badres\b/i;
