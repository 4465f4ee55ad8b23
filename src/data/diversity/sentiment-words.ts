/** English words of customers with their mood, from -3 to 3; our own list. Apostrophes are left out, as in text/hashed-words.ts. */
const listed: Readonly<Record<string, string>> = {
  '3': 'amazing awesome excellent fantastic outstanding perfect perfectly superb wonderful brilliant lifesaver thrilled delighted love loved',
  '2': 'great happy helpful glad pleased appreciate appreciated appreciates impressed satisfied fast quick quickly solved fixed friendly polite kind kindly best beautiful enjoy enjoyed excited resolved smooth smoothly lovely grateful thankful',
  '1': 'good nice thanks thank thankyou thx fine okay cool works worked working easy easily better correct sure welcome useful clear clearly like liked hope hopefully glad hooray yay well patient patience sweet terrific',
  '-1': 'slow late delay delayed delays wait waiting waited unclear confusing confused difficult hard missing lost wrong problem problems issue issues error errors sorry unable unfortunately trouble inconvenient inconvenience incorrect stuck expensive worried worry concern concerned complicated old unexpected doubt cancel cancelled',
  '-2': 'bad broken annoyed annoying fail failed fails failing failure disappointed disappointing disappointment frustrated frustrating frustration poor poorly rude unhappy upset useless damaged defective faulty refuse refused rejected stolen complain complaint complaints unacceptable unfair waste wasted ignored ignore ridiculous nonsense crash crashed crashes crashing hate bug buggy stupid dissatisfied mistake hacked overcharged charged misleading scared angry impossible nobody sucks mess sad tired',
  '-3': 'terrible horrible awful worst disgusting disgusted disgrace furious outrageous scam scammed fraud fraudulent pathetic appalling atrocious hopeless nightmare cheated liar liars lied lying lawsuit lawyer abysmal garbage incompetent',
};

export const moodByWord: ReadonlyMap<string, number> = new Map(
  Object.entries(listed).flatMap(([mood, words]) =>
    words.split(' ').map((word) => [word, Number(mood)] as const),
  ),
);

/** Turn the mood of the next words round. */
export const negations =
  'not no never dont doesnt didnt cant cannot couldnt wont wouldnt isnt arent wasnt werent hasnt havent hadnt shouldnt nothing without hardly barely neither nor aint'.split(
    ' ',
  );

/** Make the mood of the next word stronger or weaker. */
export const intensifiers: Readonly<Record<string, number>> = {
  very: 1.3,
  really: 1.3,
  extremely: 1.5,
  so: 1.2,
  totally: 1.3,
  absolutely: 1.5,
  completely: 1.3,
  incredibly: 1.5,
  super: 1.3,
  too: 1.2,
  quite: 1.1,
  most: 1.2,
  somewhat: 0.7,
  slightly: 0.6,
  little: 0.7,
  bit: 0.7,
};
