/** Words that surrogates are made of: first and last names that many people bear, places and firms that do not exist. */
const list = (text: string): readonly string[] => text.split('|');

export const firstNames = list(
  'Alex|Sam|Robin|Jordan|Casey|Morgan|Taylor|Jamie|Avery|Riley|Quinn|Charlie|Drew|Emery|Finley|Harper|Jesse|Kai|Lee|Noel|Parker|Reese|Rowan|Skyler',
);
export const lastNames = list(
  'Archer|Baker|Carter|Dyer|Fisher|Gardner|Harper|Hunter|Mason|Miller|Palmer|Porter|Potter|Sawyer|Shepherd|Skinner|Slater|Tanner|Thatcher|Turner|Walker|Weaver|Webster|Wright',
);
export const streets = list(
  'Example Street|Sample Road|Specimen Avenue|Model Lane|Pattern Way|Template Drive',
);
export const places = list('Exampleton|Sampleford|Specimen Bay|Modelville|Patternburg|Templeton Example');
export const organisations = list(
  'Example Corp|Sample Ltd|Specimen Inc|Model & Sons|Pattern Group|Template Works',
);
