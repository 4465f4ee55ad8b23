import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markedByAll } from '../../../../test/support/marked-text.ts';
import { recognisers } from '../recognisers.ts';

const check = (cases: readonly (readonly [string, string])[]): void => {
  for (const [address, sentence] of cases)
    assert.equal(markedByAll(sentence.replace('@', address)), sentence.replace('@', '[ADDRESS]'));
};

test('addresses with the number behind the street', () => {
  check([
    ['Calle Serrano, 61, 2º izq., 28006 Madrid', 'Vivo en @ y espero.'],
    ['Via Manzoni 33/B, 20121 Milano', 'Spedite a @ grazie.'],
    ['C.so Buenos Aires, 12, 20124 Milano', 'Consegna presso @.'],
    ['Rua Garrett, n.º 9, 1200-203 Lisboa', 'O endereço: @'],
    ['Carrera 11 # 82-71', 'Estoy en @ ahora.'],
    ['Singel 101-II, 1012 VG Amsterdam', 'Het pakket ging naar @.'],
    ['Mozartstraße 4 a, 60322 Frankfurt', 'Bitte an @ senden.'],
    ['Ringstr. 20, Hinterhaus, 04209 Leipzig', 'Ich wohne @.'],
    ['Sveavägen 44 lgh 1203, 111 34 Stockholm', 'Jag bor på @.'],
    ['Vesterbrogade 20, 2. tv., 1620 København V', 'Send til @.'],
    ['Aleksanterinkatu 19 B 7, 00100 Helsinki', 'osoite: @'],
    ['ul. Piotrkowskiej 12/14 m. 3, 90-051 Łódź', 'Mieszkam przy @.'],
    ['Szeroka 8, 87-100 Toruń', 'Nowy adres: @'],
    ['Vlašská 19, 118 00 Praha 1', 'Pošlete to na @.'],
    ['Bd. Magheru nr. 28, sc. B, ap. 7', 'Locuiesc pe @.'],
    ['Moda Caddesi No:15/4', 'kargom @ gelmedi'],
    ['ул. Арбат, д. 10, кв. 7', 'Доставьте по адресу @.'],
    ['Литейный пр., д. 5', 'Офис: @.'],
    ['вул. Саксаганського, буд. 3', 'Моя адреса: @.'],
    ['οδό Σταδίου 10, 105 64 Αθήνα', 'Μένω στην @.'],
  ]);
});

test('addresses that begin with a flat, a house, a number with a slash or a town', () => {
  check([
    ['Plot No. 17, Phase II, Kondapur, Hyderabad', 'My shop is at @ now.'],
    ['C-12, Sector 18, Noida, Uttar Pradesh 201301', 'Send it to @.'],
    ['Flat 2, 14 Elm Grove, York YO31 8RA', 'Send it to @.'],
    ['No. 7, Jalan SS 3/29, 47300 Petaling Jaya', 'Please send to @.'],
    ['77/4 Sukhumvit Soi 31, Bangkok 10110', 'Send it to @.'],
    ['г. Казань, ул. Баумана, 15', 'Мой адрес: @.'],
    ['Levent Mah. Nispetiye Cad. No: 9', '@ adresine gönderin.'],
    ['9 impasse des mimosas', 'le livreur est venu au @ hier'],
    ['BP 310, 33000 Bordeaux', 'Écrivez à @.'],
    ['HC 61 Box 40', 'Mail it to @ please.'],
  ]);
});

test('a phone number on the line below an address is no second postcode', () => {
  const card = 'Vera Lund\nPSC 1234, Box 567\nAPO AA 34002\n516 50 049 office';
  assert.equal(markedByAll(card).split('\n').at(-1), '[PHONE] office');
});

test('addresses in Arabic and Hebrew', () => {
  check([
    ['شارع الملك خالد، مبنى 4، الرياض', 'عنواني هو @.'],
    ['רחוב יפו 20, דירה 3, ירושלים', 'הכתובת שלי היא @.'],
  ]);
  for (const text of ['الطلب رقم 12 لم يصل منذ 5 أيام', 'הזמנה 15 לא הגיעה', 'طريق الحل رقم 3 لا يعمل'])
    assert.equal(markedByAll(text), text);
});

test('what is written like a street and is none', () => {
  for (const text of [
    'Katie 12 years old, Sebastien 5 euros, Die Garantie 24 Monate',
    'Mein Parkplatz 5 ist weg, mein Arbeitsplatz 12 auch, Ein Umweg 5 Kilometer lang',
    'Partie 3, Sortie 12, Brigade 3',
    'Der Weg 3 im Handbuch, De weg 3 in het menu, På vej 3 dage, Az út 3 órát tart',
    'Season 2 Episode 5 of Hill Street Blues, an article of the Wall Street Journal',
    'I paid via Amazon 2 weeks ago, via Paypal 3 times',
    'Chapter 12, 1545, and Windows 10, 2020',
    'see 17 C.F.R. 240 and Mr. C. No. 1',
    'R + 1 = 5, R.Evid. 404',
    'box 14 of the form, lot 15, unit 5 of the book',
    'улица 5 минут, Площадь 45 кв. м, Корпус 3 телефона',
    'it was 10/31/2015 Hamburg time',
    'Floor 3 lift and block 4 alarm, Office 365, Teams 2',
  ])
    assert.equal(markedByAll(text), text);
});

test('a name behind the number of a list is a name', () => {
  assert.equal(markedByAll('1. Al Gore'), '1. [NAME]');
});

test('addresses made to be slow are read in linear time', () => {
  const million = (unit: string): string => unit.repeat(Math.ceil(1e6 / unit.length));
  for (const unit of [
    'ul. Długa ',
    'ул. ',
    'Calle 7 # ',
    '1/',
    '1/2 ',
    'No: ',
    'Flat 3, ',
    'Rose Cottage, ',
    'B-14, ',
    '#27, ',
    '3rd Cross, ',
    'г. Москва, ',
    'Mah. ',
    'RR 2 Box ',
    'BP 1 ',
    'skr. poczt. ',
    "שד' ",
    'רחוב הרצל ',
    'רחוב א 1, ',
    'شارع ',
    'شارع 15، ',
    'شارع ا ',
    'طريق الملك، ',
    'Paris/',
    'tr. ',
    '3. sal ',
    'Am 5, 10000 ',
    'Długa 17, ',
    'C/ ',
  ])
    for (const recogniser of recognisers)
      if (recogniser.types.includes('ADDRESS'))
        recogniser.find(million(unit), { before: '', country: 'US', countries: ['US'] });
});
