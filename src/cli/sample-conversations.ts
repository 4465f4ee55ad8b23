/** The conversations that `attune init` writes for a user to look at and replace: a small shop's customer service. */

const questions: readonly [topic: string, question: string, answer: string][] = [
  [
    'opening-hours',
    'When are you open?',
    'We are open Monday to Saturday from 9 am to 6 pm. On Sundays the shop is closed.',
  ],
  [
    'opening-hours',
    'Are you open on Sunday?',
    'The shop is closed on Sundays. You can order online at any time, and we ship on Monday.',
  ],
  [
    'opening-hours',
    'How late can I come by on Saturday?',
    'On Saturdays we are open until 6 pm, so please be here a few minutes before that.',
  ],
  [
    'delivery',
    'How long does delivery take?',
    'Delivery takes two to three working days. You get a tracking link by e-mail when the parcel leaves.',
  ],
  [
    'delivery',
    'Where is my parcel?',
    'Could you give me the order number? I can then see where the parcel is and when it will arrive.',
  ],
  [
    'delivery',
    'Can you deliver to a pick-up point?',
    'Yes. Choose "pick-up point" when you check out, and you will see the points near your address.',
  ],
  [
    'returns',
    'How do I return something?',
    'You can return any item within 30 days. Print the label from your account and hand the parcel in.',
  ],
  [
    'returns',
    'When do I get my money back?',
    'We refund you within five working days after the parcel has arrived, the same way you paid.',
  ],
  [
    'returns',
    'Can I exchange shoes for another size?',
    'Of course. Choose "exchange" on the return form and name the size, and we send it at no cost.',
  ],
  [
    'payment',
    'Which ways can I pay?',
    'You can pay by card, by bank transfer or on invoice. An invoice is due within 14 days.',
  ],
  [
    'payment',
    'My card was declined, what now?',
    'I am sorry to hear that. Please check the card number and the expiry date, or choose another way to pay.',
  ],
  [
    'payment',
    'Can I get an invoice for my company?',
    'Yes. Add your company name and tax number in your account, and the next invoice shows both.',
  ],
];

const openings = [
  ['', ''],
  ['Hello! ', 'Hello! '],
  ['Hi there, a quick question. ', 'Hi, thank you for writing. '],
  ['Good morning. ', 'Good morning! '],
] as const;

/** JSONL in OpenAI chat format: the same service desk, asked in several ways. */
export function sampleConversations(): string {
  const records = openings.flatMap(([greeting, reply]) =>
    questions.map(([topic, question, answer]) => ({
      messages: [
        { role: 'user', content: greeting + question },
        { role: 'assistant', content: reply + answer },
        { role: 'user', content: 'Thank you, that helps.' },
        { role: 'assistant', content: 'You are welcome. Have a nice day!' },
      ],
      topic,
    })),
  );
  return records.map((record) => JSON.stringify(record) + '\n').join('');
}
