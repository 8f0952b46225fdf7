/** The first line of `ls -l`, which counts blocks: `total 12`, in the language of the server. */

const WORDS: ReadonlySet<string> = new Set(
  (
    'total total: totale totaal totalt totaux insgesamt gesamt summe razem celkem spolu összesen yhteensä sammanlagt ' +
    'toplam kokku skupaj ukupno ukupno: samtals guztira viso kopā итого всего разом усього общо укупно σύνολο ' +
    '合計 合计 総計 总计 總計 总用量 總用量 总数 합계 총 전체 รวม'
  ).split(' '),
);

/** The same in bytes of the encodings that came before UTF-8: Chinese, Japanese and Korean. */
const RAW_WORDS: ReadonlySet<string> = new Set([
  '\udcd7\udcdc\udcd3\udcc3\udcc1\udcbf',
  '\udcd7\udcdc\udcbc\udcc6',
  '\udcd7\udcdc\udcca\udcfd',
  '\udcb9\udce7\udcb7\udcd7',
  '\udc8d\udc87\udc8cv',
  '\udcc7\udcd5\udcb0\udce8',
]);

const LONGEST = 60;

/** Whether the line counts what follows, and names nothing. */
export function isTotal(line: string): boolean {
  if (line.length > LONGEST) return false;
  const [word = '', count = '', ...rest] = line.trim().split(/[ \t]+/);
  const isWord = WORDS.has(word.toLowerCase()) || RAW_WORDS.has(word);
  return isWord && rest.length <= 1 && /^\d[\d.,]*[KMGT]?i?B?$/i.test(count);
}
