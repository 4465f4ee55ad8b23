/** English words for people by country or region, written out by hand. */
export const nationalities: readonly string[] =
  `Afghan Albanian Algerian American Andorran Angolan Antiguan Argentine Argentinian Armenian Australian Austrian
  Azerbaijani Bahamian Bahraini Bangladeshi Barbadian Basque Belarusian Belgian Belizean Beninese Bhutanese Bolivian
  Bosnian Brazilian Breton British Bruneian Bulgarian Burmese Burundian Cambodian Cameroonian Canadian Catalan Chadian
  Chilean Chinese Colombian Comorian Congolese Corsican Croatian Cuban Cypriot Czech Dane Danish Djiboutian Dominican
  Dutch Ecuadorian Egyptian Emirati English Eritrean Estonian Ethiopian European Fijian Filipino Finn Finnish Flemish
  French Gabonese Gambian Georgian German Ghanaian Greek Greenlandic Grenadian Guatemalan Guinean Guyanese Haitian
  Hawaiian Honduran Hungarian Icelandic Indian Indonesian Iranian Iraqi Irish Israeli Italian Ivorian Jamaican Japanese
  Jordanian Kazakh Kenyan Korean Kosovar Kurdish Kuwaiti Kyrgyz Lao Laotian Latvian Lebanese Liberian Libyan
  Liechtensteiner Lithuanian Luxembourger Macedonian Malagasy Malawian Malaysian Maldivian Malian Maltese Mauritanian
  Mauritian Mexican Micronesian Moldovan Monacan Mongolian Montenegrin Moroccan Mozambican Namibian Nauruan Nepalese
  Nepali Nicaraguan Nigerian Nigerien Norwegian Omani Pakistani Palauan Palestinian Panamanian Papuan Paraguayan Persian
  Peruvian Pole Polish Portuguese Qatari Romanian Russian Rwandan Salvadoran Samoan Sanmarinese Saudi Scot Scottish
  Senegalese Serb Serbian Sicilian Singaporean Slovak Slovakian Slovene Slovenian Somali Spaniard Spanish Sudanese
  Surinamese Swede Swedish Swiss Syrian Taiwanese Tajik Tanzanian Thai Tibetan Togolese Tongan Trinidadian Tunisian Turk
  Turkish Turkmen Tuvaluan Ugandan Ukrainian Uruguayan Uzbek Venezuelan Vietnamese Welsh Yemeni Yemenite Zambian
  Zimbabwean`
    .split(/\s+/)
    .flatMap((name) => [name, /[ns]$/.test(name) && !/(?:ish|ese|ss)$/.test(name) ? `${name}s` : name]);
