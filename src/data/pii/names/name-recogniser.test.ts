import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../../test/support/properties.ts';
import { names as nameRecogniser } from './name-recogniser.ts';

const context = { before: '', country: 'US' as const, countries: ['US' as const] };

/** "TYPE text" of everything found. */
function found(text: string, before = ''): string[] {
  return nameRecogniser
    .find(text, { ...context, before })
    .map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
const names = (text: string, before = ''): string[] =>
  found(text, before).flatMap((one) => (one.startsWith('NAME ') ? [one.slice(5)] : []));
const of = (type: string, text: string, before = ''): string[] =>
  found(text, before).flatMap((one) => (one.startsWith(`${type} `) ? [one.slice(type.length + 1)] : []));

test('names of people by lists, spelling and context', () => {
  const cases: [string, string[]][] = [
    ['Hello, my name is Margaret Thornbury.', ['Margaret Thornbury']],
    ['Dear Mr. Okonkwo, your parcel is on its way.', ['Okonkwo']],
    [
      'I spoke with Jean-Pierre Lefèvre and with María de la Cruz.',
      ['Jean-Pierre Lefèvre', 'María de la Cruz'],
    ],
    ["Patrick O'Sullivan's invoice is wrong", ["Patrick O'Sullivan"]],
    ['The ticket was opened by Zdeněk J. Havránek yesterday.', ['Zdeněk J. Havránek']],
    ['Kind regards,\nLuisa', ['Luisa']],
    ['Mein Name ist Jürgen Weiß und ich brauche Hilfe.', ['Jürgen Weiß']],
    ['Me llamo Sofía Hernández', ['Sofía Hernández']],
    ['Bonjour, je m’appelle Amélie Rousseau.', ['Amélie Rousseau']],
    ['my wife Ingrid called you', ['Ingrid']],
    ['“We will see,” says Hartmundsson.', ['Hartmundsson']],
    ['Torvika lives here now', ['Torvika']],
  ];
  for (const [text, expected] of cases) assert.deepEqual(names(text), expected, text);
});

test('names in lower case after an introduction or as an answer', () => {
  assert.deepEqual(names('hi my name is john smith and i need help'), ['john smith']);
  assert.deepEqual(names('sure its emily watson', 'May I have your full name please?'), ['emily watson']);
  assert.deepEqual(names('i am not happy'), []);
  assert.deepEqual(names('yes please', 'Can I have your name?'), []);
  assert.deepEqual(names('my name is on the card'), []);
});

test('German nouns that are counted, or stand beside an article, are no people', () => {
  assert.deepEqual(names('Die Lieferung dauert höchstens 5 Tage.'), []);
  assert.deepEqual(names('Wir haben Elektronik der Quill-Leselicht auf Lager.'), []);
  assert.deepEqual(names('Frau Aïsha van der Berg hat bestellt.'), ['Aïsha van der Berg']);
  assert.deepEqual(names('Konto 15623485 Anna Müller'), ['Anna Müller']);
});

test('goods, places and verbs that are written like names are no people', () => {
  for (const text of [
    'my Aurora stopped working',
    'The Victoria line was closed',
    'Is the Amelia app down?',
    'Add a Margherita, please',
    'Ruby 3 is slow',
    'Mark it as done, please.',
    'Meine Steuer-ID fehlt',
    'He was at St. Mary’s on Monday',
    'a Calvin Klein shirt',
  ])
    assert.deepEqual(names(text), [], text);
  for (const [text, name] of [
    ['my friend Aurora called you', 'Aurora'],
    ['I told Victoria about it', 'Victoria'],
    ['hi this is bob, i cannot log in', 'bob'],
    ["it's tyler again", 'tyler'],
    ['a payment to mrs kowalska please', 'kowalska'],
    ['ok thx sandra', 'sandra'],
  ] as const)
    assert.deepEqual(names(text), [name], text);
});

test('floors, streets with prepositions, and numbers that are parts of names', () => {
  for (const [text, address] of [
    ['Bitte an Am Alten Markt 3a, 50667 Köln liefern', 'Am Alten Markt 3a, 50667 Köln'],
    ['C/ Mayor 15, 3º B, 28013 Madrid', 'C/ Mayor 15, 3º B, 28013 Madrid'],
    ['at 14 rue des Lilas, 75019 Paris', '14 rue des Lilas, 75019 Paris'],
  ] as const)
    assert.deepEqual(of('ADDRESS', text), [address], text);
  assert.deepEqual(of('ADDRESS', 'ICD-10 J45.909, CPT 99213, NDC 0002-8215-01'), []);
  assert.deepEqual(of('ADDRESS', 'Am Montag um 9 Uhr, im Büro 12'), []);
});

test('where two streets meet is an address, not two people', () => {
  for (const [text, address] of [
    ['I am at Forbes and Murray.', 'Forbes and Murray'],
    ['the shop on the corner of Elm and Oak is closed', 'Elm and Oak'],
    ['There is one at 5th and Main that is open', '5th and Main'],
    ['he left us at Franklin and 3rd instead', 'Franklin and 3rd'],
    ['at the intersection of Kuusiku 7 and Lai', 'Kuusiku 7 and Lai'],
    ['meet me at Craig and Center St', 'Craig and Center St'],
  ] as const)
    assert.deepEqual(found(text), [`ADDRESS ${address}`], text);
  for (const text of [
    'on April 5th and Monday the 8th',
    'the 5th and the 6th',
    'the 1st and 2nd',
    'Look at Settings and Privacy.',
    'sold at Toyota and Honda',
    'at 9 and May 3rd',
  ])
    assert.deepEqual(of('ADDRESS', text), [], text);
  assert.deepEqual(names("We stay at Maria and John's."), ['Maria', 'John']);
});

test('a greeting stays and the name behind it goes', () => {
  for (const [text, name] of [
    ['Hola María, su pedido no ha llegado', 'María'],
    ['Bonjour Marie, merci', 'Marie'],
    ['Cher Pierre', 'Pierre'],
    ['Cara Giulia', 'Giulia'],
    ['Ciao Luca!', 'Luca'],
    ['Hallo Jürgen', 'Jürgen'],
    ['Guten Morgen Anna', 'Anna'],
    ['Olá João', 'João'],
    ['Boa tarde Ana', 'Ana'],
    ['Buenas tardes Luis', 'Luis'],
    ['Hoi Sanne', 'Sanne'],
    ['Dag Willem', 'Willem'],
    ['Gracias Pablo', 'Pablo'],
  ] as const)
    assert.deepEqual(names(text), [name], text);
  for (const text of ['Hola', 'Su pedido', 'Su', 'Gracias', 'Ihre Bestellung', 'Vous avez raison', 'Bonjour'])
    assert.deepEqual(found(text), [], text);
});

test('months, days, nationalities, brands and towns are no people, unless something says so', () => {
  for (const text of [
    'I arrive on Dec 8 and leave the 3rd of Jan 2025',
    'from Sep the 14th until Jun',
    'It is Sunday. A table for New Year’s Eve?',
    'He does not speak English, I had the Danish pastry.',
    'I stayed at the Hilton and drove a Tesla, then a Ford.',
    'My Marks and Spencer card and my Santander account',
    'I love San Fran and West Bay',
    'Ahhh Hmm Ive lost it, Thanks1',
    'a flight to new York',
    'It is on Maple Ave. there',
    'Hi, May I have your name?',
  ])
    assert.deepEqual(names(text), [], text);
  assert.deepEqual(names('I am Jan Kowalski, call me on 5 Jan. Jan can come.'), ['Jan Kowalski', 'Jan']);
  assert.deepEqual(names('Her name is Paris Hilton. Mr. Ford called; my name is April.'), [
    'Paris Hilton',
    'Ford',
    'April',
  ]);
});

test('names in lower case that no list has, where only a name fits', () => {
  const cases: [string, string[]][] = [
    ['what happened to my transfer to shaquenda mirrowell', ['shaquenda mirrowell']],
    ['i paid tavonda yesterday', ['tavonda']],
    ['the table is booked under keoshia', ['keoshia']],
    ['open an account under the name brunhelda s. ostrander please', ['brunhelda s. ostrander']],
    ['hi, lakendra moss here, i need help', ['lakendra moss']],
    ['it’s danelle vorhees speaking', ['danelle vorhees']],
    ['can you change my booking, im tanisha', ['tanisha']],
    ['send money to guy lamberton', ['guy lamberton']],
    [
      'the kids are zorvan, tamara, ingrid, dolores and brian',
      ['zorvan', 'tamara', 'ingrid', 'dolores', 'brian'],
    ],
    ['a transfer to savigns', []],
    ['i paid paypal and netflix', []],
    ['im confuzed', []],
    ['i want to come tommorow', []],
    ['pay to london', []],
    ['it supports its songwriters', []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(names(text), expected, text);
});

test('words that are names only in context', () => {
  for (const text of [
    'Will this work? May I ask for a refund?',
    'I hope you can mark it as paid and chase the courier.',
    'Please Reset My Password In The Settings Menu.',
    'My order came in May, not in April.',
    'Thanks for the help! Great Service.',
    'Elija un dispositivo. Vaya a la página y pulse en el lado izquierdo.',
    'Une fois validés, les codes sont pour vous. Ceci étant fait, un code sera envoyé.',
    'See Section 4 of the Terms and Conditions.',
    'The API returns JSON over HTTP.',
    'I AM VERY ANGRY ABOUT THIS ORDER',
  ])
    assert.deepEqual(names(text), [], text);
  assert.deepEqual(names('I spoke to Will Smith.'), ['Will Smith']);
});

test('places by lists, and by what is said of them', () => {
  assert.deepEqual(of('PLACE', 'I live in Paris and fly to New York on Monday.'), ['Paris', 'New York']);
  assert.deepEqual(of('PLACE', 'She moved to Toledo, Ohio from Germany.'), ['Toledo', 'Ohio', 'Germany']);
  assert.deepEqual(of('PLACE', 'please turkey sandwich'), []);
});

test('places without capital letters, and messages of a place and its postcode', () => {
  assert.deepEqual(of('PLACE', 'i need a flight from lisbon to new york'), ['lisbon', 'new york']);
  assert.deepEqual(of('PLACE', 'my city name is zorvapur'), ['zorvapur']);
  assert.deepEqual(of('PLACE', 'seattle'), ['seattle']);
  assert.deepEqual(of('PLACE', 'oslo to cairo'), ['oslo', 'cairo']);
  assert.deepEqual(of('ADDRESS', 'chicago 60601'), ['chicago 60601']);
  assert.deepEqual(of('ADDRESS', '60601 chicago il'), ['60601 chicago il']);
  assert.deepEqual(of('ADDRESS', 'ok chicago and 60601'), ['60601']);
  assert.deepEqual(of('ADDRESS', '12 larkspur street north zorvaville ohio 43004'), [
    '12 larkspur street north zorvaville ohio 43004',
  ]);
  for (const text of [
    'i want to cancel',
    'from monday to friday',
    'is 60601 right',
    'a hilton in orange',
    'reading',
  ])
    assert.deepEqual(found(text), [], text);
});

test('organisations by form, kind and context', () => {
  assert.deepEqual(of('ORGANISATION', 'I work for Brightwell.'), ['Brightwell']);
  assert.deepEqual(of('ORGANISATION', 'The bill came from Harker Systems Ltd.'), ['Harker Systems Ltd']);
  assert.deepEqual(of('ORGANISATION', 'She studies at the University of Bologna.'), [
    'University of Bologna',
  ]);
  const cases: [string, string[]][] = [
    ['Zorvalia is a design agency based in Ghent.', ['Zorvalia']],
    ['According to the Zorvalia website it is free.', ['Zorvalia']],
    ['We met Ingrid Thornbury of Zorvalia there.', ['Zorvalia']],
    ['Send it to Thornbury and Sons today', ['Thornbury and Sons']],
    ['Ingrid Thornbury\nSenior clerk\nBright Kettle\n12 Maple Street', ['Bright Kettle']],
    ['> Ingrid Thornbury\n> Zorvalia\n> 12 Maple Street', ['Zorvalia']],
    ['Ingrid is a company driver. Berlin is the office of the bank.', []],
    ['The Monday office hours', []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(of('ORGANISATION', text), expected, text);
  assert.deepEqual(of('ORGANISATION', 'Rechnung der Müller GmbH'), ['Müller GmbH']);
});

test('street addresses of several countries, whole', () => {
  for (const address of [
    '742 Maple Avenue, Springfield, IL 62701',
    '1600 Harbor Blvd Suite 210\nOakland, CA 94607',
    '12 rue de la Paix, 75002 Paris',
    'Musterstraße 5, 10115 Berlin',
    'Calle Mayor 12, 28013 Madrid',
    '221B Baker Street, London NW1 6XE',
    'P.O. Box 1234, Austin, TX 78701',
    'Kungsgatan 14, 111 35 Stockholm',
  ])
    assert.deepEqual(of('ADDRESS', `Please send it to ${address} by Friday`), [address]);
  assert.deepEqual(of('ADDRESS', 'ship it to 45 oak street apt 3 denver co 80202', 'What is your address?'), [
    '45 oak street apt 3 denver co 80202',
  ]);
});

test('addresses in quoted lines, and towns that no list has', () => {
  assert.deepEqual(
    of('ADDRESS', '> Anna Larsen\n> 12 Maple Street\n> Apt. 5\n> Zorvadorf\n> Germany 10069'),
    ['12 Maple Street', 'Apt. 5', 'Zorvadorf', 'Germany 10069'],
  );
  assert.deepEqual(of('ADDRESS', 'I live at Kirchweg 4, Zorvadorf.'), ['Kirchweg 4, Zorvadorf']);
  assert.deepEqual(of('ADDRESS', 'Is it 12 Maple Street?\nPlease say so, Anna.'), ['12 Maple Street']);
});

test('numbers that are no house numbers', () => {
  for (const text of [
    'I waited 5 days in a row and paid 20 dollars on the way.',
    'Order 12345 was placed on 5 May 2024.',
    'Step 3 Click Save. Version 2 Release Notes',
    'I ordered 2 drive belts and 3 park passes',
  ])
    assert.deepEqual(of('ADDRESS', text), [], text);
});

test('no names inside addresses on the web, paths and identifiers', () => {
  assert.deepEqual(
    found('see https://example.com/Anna/Smith or mail Anna.Smith@example.com or Anna_Smith'),
    [],
  );
  assert.deepEqual(found('My name is [NAME_1], from [PLACE]'), []);
});

test('spans lie in the text, in order, apart from one another', () => {
  const parts = [
    'Anna',
    'Smith',
    ' ',
    ' ',
    '\n',
    ', ',
    '. ',
    '12',
    'Main',
    'Street',
    'my name is ',
    'Dr. ',
    'in ',
    'Paris',
    'é',
    "'s",
    '-',
    'GmbH',
    '@',
    '😀',
    'z',
    'von ',
    'J.',
    'Berlin 10115',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30 }), (list) => {
      const text = list.join('');
      let end = 0;
      for (const span of nameRecogniser.find(text, context)) {
        assert.ok(span.start >= end && span.end > span.start && span.end <= text.length);
        assert.equal(text.slice(span.start, span.end).trim(), text.slice(span.start, span.end));
        end = span.end;
      }
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('text made to be slow is read in linear time', () => {
  const million = (unit: string): string => unit.repeat(Math.ceil(1e6 / unit.length));
  for (const text of [
    million('Aa '),
    million('A. '),
    million('my name is '),
    million('name '),
    million('12 '),
    million('12 Main '),
    million('de la '),
    million('Anna Smith '),
    million("a'"),
    million('a-'),
    million('address is '),
    million('\n, '),
    million(' '),
    million('P.O. Box '),
    million('Rue '),
    million('in Xx '),
    million('Smith and '),
    million('at Smith and '),
    million('Am Alten Markt 3 '),
    million('my Aurora 2 '),
    million('3º B '),
    million('C/ Mayor 15, 3º B, '),
    million("it's bob "),
    million('mrs kowalska '),
    million('5th and Main and '),
    million('corner of Aa '),
    million('corner of 5 and '),
    million('é'),
    million('name:          '),
    million('transfer to xanthe '),
    million('under zorvax '),
    million('zorvax'),
    million('jan of '),
  ])
    nameRecogniser.find(text, context);
});
