/** What mail gateways and mail programs put around the words of a message. */

/** Outlook's protection puts its own address, with that of the recipient in it, in front of every link. */
const safeLink =
  /https:\/\/[a-z0-9-]{1,30}\.safelinks\.protection\.outlook\.com\/[^\s?<>"]{0,60}\?url=([^&\s<>"]{1,2000})[^\s<>")\]]{0,2000}/gi;
/** Where an inline picture stood. */
const pictureMark = /\[(?:cid:[^\]\s]{1,200}|image: [^\]\n]{1,200}|inline image(?: \d{1,3})?)\]/gi;
/** A gateway's warning above a mail from outside, on lines of its own, or as a mark in front. */
const outsideWarning =
  /^[^\p{L}\n]{0,20}(?:(?:caution|warning|attention|notice|achtung|vorsicht|external(?: e-?mail| sender)?)[^\p{L}\n]{1,20})?[^\n]{0,60}\b(?:(?:this|the) (?:e-?mail|message|sender) (?:has been sent |was sent |is |originated |came |originates )?from (?:an )?(?:outside|external)|(?:diese|die) (?:e-?mail|nachricht) (?:stammt|kommt) von (?:außerhalb|einem externen))[^\n]{0,400}(?:\n[^\n]{1,300}){0,3}(?:\n\s{0,20}\n|$)/iu;
const outsideMark =
  /^\s{0,20}[[({*]{1,3}\s?(?:external|extern)(?: e-?mail| sender| message)?\s?[\])}*]{1,3}:?\s{0,10}/i;

/** The text without these: links lead where they led, and warnings at the start and marks of pictures go. */
export function unwrapText(text: string): string {
  const plain = text
    .replace(safeLink, (whole, address: string) => decoded(address) ?? whole)
    .replace(pictureMark, '')
    .replace(outsideMark, '');
  const below = plain.replace(outsideWarning, '');
  return below.trim() === '' ? plain : below;
}

function decoded(address: string): string | undefined {
  try {
    const target = decodeURIComponent(address);
    return /^https?:\/\/[^\s<>]{1,2000}$/i.test(target) ? target : undefined;
  } catch {
    return undefined;
  }
}
