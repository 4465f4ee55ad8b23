/**
 * Endings of domain names. Not the whole registry of IANA: a name under a rare ending is found by its scheme or www,
 * and a long list would take more words of sentences for domains.
 */
const list = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Endings that are hardly ever a word after a full stop, nor the ending of a file. */
export const commonEndings = list(
  'com net org edu gov mil int arpa info biz name mobi asia tel jobs travel museum aero coop app dev io ' +
    'co xyz online shop store site tech cloud blog agency digital email group solutions services support ' +
    'systems software network company global media studio design finance bank insure health care legal ' +
    'club uk eu de fr es nl ch dk fi cz sk hu ro bg gr pt ie lu li lt lv ee hr ua ru kz by tr il ae qa kw ' +
    'cn hk tw jp kr sg ph th vn id pk bd lk np au nz za ng ke gh eg tn dz br mx ar cl ve uy bo ec cr gt ' +
    'ca cu pr tv cc fm gg vc ly mu mt cy ba mk ge az uz mn kh example test invalid localhost onion local',
);

/** Endings that are words of some language or endings of files too. */
export const wordLikeEndings = list(
  'me to is it so at in no be us my am as do go pl py rs sh md ps ac ag ai al an im la ma mo ms nu or ' +
    'pa pe pm re sa se si st su ta ti tu va vi we one live life world today news zone space city land ' +
    'house work page link click fun game games win run top best vip pro art fit guru ninja rocks social ' +
    'team tips tools zip mov',
);
