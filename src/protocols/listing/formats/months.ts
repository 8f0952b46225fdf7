/** Names of months as `ls` and others print them, in the languages of the servers that are met. */

/** From January on: English first, then whatever else begins otherwise. Letters small, without full stop. */
const NAMES: readonly string[] = [
  'jan january janv janvier ene enero gen gennaio jän jänner januar janeiro januari sty styczeń янв января январь сiч січ led oca oca. tam tammi ιαν ian ianuarie',
  'feb february fév févr février fev fevereiro febr febrero febbraio februar februari lut luty фев февр февраля лют úno únr şub hel helmi φεβ',
  'mar march mars märz mär mrz mrt maart marzo março marts мар марта март бер bře mart maa maalis maal már márc μαρ',
  'apr april avr avril abr abril aprile kwi апр апреля апрель кві dub nis huh huhti ápr aprill απρ',
  'may mai mayo maio maggio mag mei maj мая май тра kvě mayıs toukokuu tou touko máj μαϊ μαι',
  'jun june juin juni junio junho giu giugno cze czerwiec июн июня июнь чер čen čvn haz kes kesä jún ιουν iun iunie',
  'jul july juil juillet juli julio julho lug luglio lip июл июля июль лип čec čvc tem hei heinä júl ιουλ iul iulie',
  'aug august août aoû ago agosto augustus augusti sie авг августа август сер srp ağu elo αυγ',
  'sep sept september septembre septiembre set setembro settembre wrz сен сент сентября сентябрь вер zář eyl syy syys szept σεπ',
  'oct october octobre oktober okt octubre ott ottobre out outubro paź окт октября октябрь жов říj eki lok loka οκτ',
  'nov november novembre noviembre novembro ноя нояб ноября ноябрь kas marras νοε noi noiembrie',
  'dec december déc décembre dez dezember dic diciembre dicembre dezembro des desember gru дек декабря декабрь гру pro ara jou joulu δεκ',
];
// `lis` is November in Polish and Czech, `srp` August in Czech; Croatian shifts both. `лис` is November in Ukrainian.
const MONTHS: ReadonlyMap<string, number> = new Map([
  ...NAMES.flatMap((names, month) => names.split(' ').map((name) => [name, month] as const)),
  ['lis', 10] as const,
  ['лис', 10] as const,
]);

/** Bytes that are no UTF-8 are the letters of Latin-1, as they were when names of months were not yet UTF-8. */
const asLatin1 = (word: string): string =>
  word.replace(/[\udc80-\udcff]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) - 0xdc00));

const LONGEST_NAME = 12;

/** The month that a word names, from 0; `undefined` when it names none. A full stop or comma behind it is passed over. */
export function monthOf(word: string): number | undefined {
  if (word.length < 3 || word.length > LONGEST_NAME) return undefined;
  const plain = asLatin1(word)
    .toLowerCase()
    .replace(/[.,]+$/, '');
  return MONTHS.get(plain) ?? MONTHS.get(plain.normalize('NFC'));
}

/** Whether a word may be a month in a language that is not known here: letters, or bytes that are no UTF-8. */
export const mayBeMonth = (word: string): boolean => /^[\p{L}\p{M}\udc80-\udcff]{2,12}[.,]?$/u.test(word);
