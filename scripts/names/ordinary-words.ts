/**
 * Words that some list has as a name or a place and that hardly ever are one: the small words of the languages support
 * is most often given in, greetings, interjections as people type them, months cut short, kinds of places and things.
 */

const smallWords = `
  about above after again against all also am an and any are as at be because been before being below between both but
  by can cannot could did do does doing down during each few for from further had has have having he her here hers
  herself him himself his how i if in into is it its itself just let me more most my myself no nor not now of off on
  once only or other our ours ourselves out over own same she should so some such than that the their theirs them
  themselves then there these they this those through to too under until up very was we were what when where which while
  who whom why with would you your yours yourself aren haven ain couldn shouldn wouldn isn wasn weren hasn hadn doesn
  didn ive im ill id youre youve youll youd hes shes theyre theyve weve its thats whats heres theres lets dont cant wont

  el la los las un unos unas lo del de en con por para sin sobre entre hasta desde hacia segun y e o u ni que como
  cuando donde quien cual cuanto porque pero mas no sus mi mis tus nuestro nuestra nuestros nuestras vuestro
  yo ello ellos ellas nosotros vosotros usted ustedes me te le les nos os ya muy bien mal aqui alli ahi hoy ayer
  manana ahora luego siempre nunca tambien tampoco todo toda todos todas nada algo alguien esta esto estos estas ese
  eso esos esas aquel aquella ser soy eres es somos era fue estar estoy estas estamos estan tengo tiene tienen
  hay he ha hemos haber hacer hace hago puede puedo pueden quiero quisiera necesito solo cada otro otra otros otras

  le la les un une des de au aux en dans par pour sur sous avec sans chez vers entre et ou ni mais donc or car que qui
  quoi dont ou quand comment pourquoi combien quel quelle quels quelles ce cet cette ces mon mes ton tes ses
  notre nos votre vos leur leurs je il on nous vous ils elles me te y ne pas plus moins tres bien mal ici
  hier demain maintenant toujours jamais aussi tout toute tous toutes rien est suis es sommes etes sont
  etait etre avoir ai as avons avez ont fait faire peut peux pouvez veux voudrais oui non deja encore 
  

  der die das den dem des ein eine einen einem einer eines und oder aber denn weil dass ob wenn als wie wo wer was wann
  warum wieso welche welcher welches in im an am auf aus bei mit nach vom zu zum zur fur gegen ohne um durch uber
  unter vor hinter neben zwischen ich er sie es wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein meine
  meinen meinem meiner dein deine sein seine ihre ihren ihrem ihrer unser unsere euer eure dieser diese dieses jeder
  jede kein keine nicht auch nur noch schon sehr hier dort heute gestern morgen jetzt immer nie alles alle etwas
  nichts bin bist ist sind seid war waren sein habe hast hat haben hatte werden wird wurde kann konnen konnte muss
  mussen soll sollen wollen mochte ja nein doch mal so dann

  il lo la i gli le un uno di a in con per fra del dello dei degli delle allo alla ai agli alle
  dallo dalla nel nello nella nei negli nelle sul sulla sui e o che cui come quando dove perche
  quale quali quanto non mi ci ne io voi loro miei tuo tua tuoi suo sua suoi 
  nostro nostra nostri vostro vostra questo questa questi queste quello quella quelli sono sei e siamo siete era essere
  ha abbiamo avete hanno avere fare fatto posso puo potete vorrei voglio piu meno molto bene male qui ieri oggi
  domani sempre mai anche tutto tutta tutti tutte niente ancora

  o a os as um uns umas de do dos das em no nos nas por pelo pela para com sem sobre entre ate desde e ou mas
  que quem qual quais quando onde como porque nao sim eu ele nos vos eles elas voce voces me te lhe lhes meu
  minha meus minhas teu tua seu sua seus suas nosso nossa esta isto esse essa isso aquele aquela ser sou es somos
  sao era foi estar estou esta estamos estao ter tenho tem temos tinha fazer faz posso pode podem quero queria gostaria
  preciso muito bem mal aqui hoje ontem amanha agora sempre nunca tambem tudo nada ja ainda mais menos so cada outro

  de het een en of maar want dat die dit deze wie wat waar wanneer waarom hoe welke in op aan bij met naar voor uit
  over onder door tot om te tegen zonder tussen ik jij je hij zij ze wij we jullie u mij me jou hem haar ons hen mijn
  jouw zijn onze geen niet wel ook nog zeer hier daar er nu toen altijd nooit alles iets niets is was
  waren heb hebt heeft hebben had worden wordt werd kunnen kon moet moeten mag zal zullen wil willen ja nee als`;

const greetings = `
  hi hello hey hiya howdy heya greetings welcome thanks thank thx thnx bye goodbye goodnight regards sincerely
  hola buenos buenas dias tardes noches gracias adios saludos estimado estimada estimados estimadas querido querida
  bonjour bonsoir salut coucou merci revoir cordialement chere
  hallo moin servus tschuss danke bitte guten gruss grusse grussen liebe lieber liebes sehr geehrte geehrter
  ciao salve buongiorno buonasera grazie prego arrivederci gentile
  ola oi bom boa tarde noite obrigado obrigada tchau prezado prezada 
  hoi goedemorgen goedemiddag goedenavond bedankt dank beste groeten groetjes vriendelijke alstublieft
  hej hejsan moi kiitos terve ahoj dobry dzien dziekuje czesc witam sziasztok szia merhaba selam`;

const interjections = `
  oh ooh ah aah aha ahh eh ehh er err um umm uh uhh huh hm hmm mhm uhm ugh argh wow whoa yay yikes oops ouch geez jeez gosh god
  omg lol lmao haha hahaha hehe yeah yea yep yup yes ya nope nah no ok okay okey okie alright yo sup cool nice great
  please pls plz sir sire maam mam dude guys gud grt mrng gm`;

const calendar = `
  january february march july september october november december monday tuesday wednesday thursday friday saturday
  sunday feb apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat noon midnight`;

const things = `
  inn hotel motel hostel resort spa spas jacuzzi sauna university college school hospital clinic airport station harbor
  harbour downtown uptown midtown town city village county district suburb north south east west northeast northwest
  southeast southwest carrier master lord virgin lead arena torrent python perl handler debit credit card token
  union commerce bluetooth wifi router modem charger adapter usb laptop tablet phone car ride airline flight`;

const listOf = (...texts: string[]): readonly string[] => [...new Set(texts.join(' ').trim().split(/\s+/))];

export const smallWordsOfLanguages: readonly string[] = listOf(smallWords);
export const hardlyNames: readonly string[] = listOf(greetings, interjections, calendar, things);

/** Small words that are names of many people as well: they need more than a capital letter. */
export const smallWordsAndNames: readonly string[] = listOf(
  'su sa ta ho hai lei lui una della elle dai gia dal ora este tra noi caro dag mar kan hun ela uma esa na mie mio han',
);
