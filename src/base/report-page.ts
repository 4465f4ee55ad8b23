import { type Html, html } from './html.ts';
import { styleSheet } from './report-style.ts';

/** A report as one HTML page that needs nothing else, and that may load and run nothing. */
export function reportPage(title: string, main: Html): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${{ html: styleSheet }}
        </style>
      </head>
      <body>
        <main>${main}</main>
      </body>
    </html> `;
  return page.html;
}
