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

/** Before the name of the street: Rue de Rivoli, Calle Mayor, Via Roma. */
export const streetBeginnings: WordSet = wordSet(`
  c rue avenue av avda avenida boulevard bd bvd boul chemin impasse quai allee cours place route via viale piazza piazzale
  corso largo vicolo strada calle cll carrera cra plaza paseo camino carretera ronda rua travessa praca estrada alameda
  rodovia ul ulica ulitsa aleja plac jalan jl bulevardul carrer passeig rambla avinguda odos leoforos sokak caddesi`);

/** A word of its own after the name: Berliner Straße 5, Kossuth utca 12. */
export const streetWords: WordSet = wordSet(`
  strasse str gasse weg platz allee ring ufer damm gatan gata vagen vag vej gade vei veien gate straat laan plein gracht
  kade katu tie kuja polku utca ut utja ter ulice ulica trg namesti sokak cesta bulvar u utja ter korut tee tn mnt puiestee straeti vegur gt veg prospekt`);

/** The end of one long word: Hauptstraße, Koskikatu, Storgatan. */
export const streetCompound: RegExp =
  /.{2}(?:strasse|str|gasse|weg|platz|allee|ufer|damm|gatan|gata|vagen|vej|gade|vegen|veien|gaten|straat|laan|plein|gracht|kade|katu|tie|kuja|polku|stien|vegen|vegur|straeti|vaenget|bakken|graben|wei)$/;

/** Am Markt, Im Grund, An der Mühle, Zur Post, Unter den Linden. */
export const streetPrepositions: WordSet = wordSet('am im an auf zum zur unter beim hinter vor');

export const directions: WordSet = wordSet(
  'n s e w ne nw se sw north south east west northeast northwest southeast southwest',
);

export const units: WordSet = wordSet(`
  apt apartment suite ste unit flat floor fl room rm bldg building lot block blk tower door box piso puerta appt
  appartement escalier etage stock wohnung whg int interior depto departamento oficina local andar apto bus house no nr`);

/** Before an address: what follows is one although no street says so. */
export const addressCue: RegExp =
  /\b(?:(?:street |home |mailing |shipping |billing |delivery |postal |new |my |the )?address(?:es)?(?: (?:is|was|to|will be|on file is|should be))?|(?:i|we) (?:live|stay|reside) at|(?:live|living|located|residing|based) at|(?:ship|deliver|send|mail|forward|return)(?:ed|ing)? (?:it |this |them |that |the package |the order )?to|(?:mi |la )?direcci[oó]n(?: es)?|(?:mon |l['’])?adresse(?: est| ist)?|(?:meine )?anschrift(?: ist)?|indirizzo(?: è)?|endere[cç]o(?: é)?)\s*:?\s+/gi;

export const postBox: RegExp =
  /\b(?:p\.? ?o\.? ?box|post(?:al)? ?box|postfach|postbus|postboks|apartado(?: postal| de correos)?|casilla(?: postal)?|caixa postal|case postale|bo[iî]te postale|(?:PSC|CMR|Unit) \d{1,5},? Box)\s*#?\s?\d{1,6}\b/gi;

/** The second line of a post box or ship of the armed forces of the United States. */
export const forcesPost: RegExp = /^[\s,]{1,4}(?:APO|FPO|DPO),? A[AEP] ?,? ?\d{5}(?:-\d{4})?/i;
export const forcesShip: RegExp =
  /\b(?:USS|USNS|USNV|USCGC) [\p{L}'’-]{2,20}(?: [\p{L}'’-]{2,20})?(?=[\s,]{1,4}(?:APO|FPO|DPO) A[AEP])/giu;
