/** Firms and goods that are called like people or towns, or spelled like them, and that customers speak of every day. */
import type { Run } from './capital-runs.ts';
import { type Words, type WordSet, wordSet } from './cut-words.ts';

const single: WordSet = wordSet(`
  hilton hyatt marriott sheraton ritz ramada radisson novotel ibis mercure westin waldorf wyndham accor airbnb
  ford tesla honda toyota suzuki mercedes benz bmw audi porsche ferrari lamborghini maserati chrysler dodge
  chevrolet chevy buick cadillac pontiac jeep mazda nissan subaru mitsubishi hyundai kia lexus infiniti acura
  volvo saab renault peugeot citroen fiat opel vauxhall skoda daewoo dacia yamaha kawasaki ducati
  delta lufthansa emirates qatar etihad ryanair easyjet jetblue qantas iberia alitalia finnair cessna boeing airbus
  chase fargo citi citibank citigroup barclays lloyds santander hsbc natwest monzo revolut rabobank goldman
  sachs lehman fidelity schwab vanguard mastercard visa amex paypal venmo zelle klarna
  walmart tesco sainsbury sainsburys waitrose morrisons asda lidl aldi costco kroger wegmans publix safeway carrefour
  macys nordstrom bloomingdale bloomingdales kohl kohls sears penney primark uniqlo ikea selfridges harrods
  walgreens cvs lowes wayfair etsy ebay amazon alibaba zalando
  nike adidas puma reebok lacoste levis wrangler gucci prada chanel dior versace armani hermes fendi cartier
  rolex swarovski lancome loreal nivea gillette olay burberry
  dell lenovo asus acer samsung sony philips siemens bosch braun dyson miele panasonic toshiba hitachi canon nikon
  kodak garmin fitbit nokia motorola ericsson huawei xiaomi roku alexa siri cortana bixby kindle nintendo sega
  disney netflix hulu spotify pandora hbo showtime starz bravo
  mcdonald mcdonalds wendys wendy's dominos domino's arbys arby's denny's dennys hardees popeyes starbucks nando's nandos
  heinz kellogg kelloggs nestle danone cadbury hershey hersheys ferrero lindt haribo
  verizon comcast vodafone telstra virgin
  allstate geico aetna cigna humana axa
  fedex ups dhl hermes uber lyft doordash grubhub
  oracle cisco adobe shopify zendesk salesforce twilio atlassian jira trello slack zoom python perl
  kotlin flask laravel docker kafka postgres mariadb `);

const several: ReadonlySet<string> = new Set([
  'marks spencer',
  'ernst young',
  'johnson johnson',
  'black decker',
  'procter gamble',
  'abercrombie fitch',
  'dolce gabbana',
  'harley davidson',
  'rolls royce',
  'aston martin',
  'land rover',
  'alfa romeo',
  'mercedes benz',
  'ben jerry',
  'marc jacobs',
  'calvin klein',
  'hugo boss',
  'ralph lauren',
  'tommy hilfiger',
  'michael kors',
  'kate spade',
  'louis vuitton',
  'yves rocher',
  'estee lauder',
  'jo malone',
  'jack daniel',
  'jim beam',
  'johnnie walker',
  'wells fargo',
  'morgan stanley',
  'goldman sachs',
  'jp morgan',
  'charles schwab',
  'merrill lynch',
  'lloyds tsb',
  'sherwin williams',
  'dollar general',
  'family dollar',
  'burger king',
  'tim hortons',
  'papa john',
  'red robin',
  'whole foods',
  'trader joe',
  'old navy',
  'victoria secret',
]);

/** Whether the words of a piece, with one before that "and" or "&" joins to it, are such a name by themselves. */
export function isBrand(words: Words, { first, last }: Run): boolean {
  if (first === last && single.at(words, first)) return true;
  if (last - first > 1) return false;
  if (last > first) return several.has(`${words.keyOf(first)} ${words.keyOf(last)}`);
  for (const [one, two] of [
    [first - 1, first],
    [first - 2, first],
    [first, first + 1],
    [first, first + 2],
  ] as const) {
    if (one < 0 || two >= words.count) continue;
    if (two - one === 2 && words.keyOf(one + 1) !== 'and') continue;
    if (several.has(`${words.keyOf(one)} ${words.keyOf(two)}`)) return true;
  }
  return false;
}
