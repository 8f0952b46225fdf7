/** The list of images that the loader tries, as the configuration gives it. */
import type { Configuration } from './state/configuration.ts';

/** What the loader's BOOT variable becomes from the configuration: `flash0:x.bin,1;`, in the order of the lines. */
export function bootListOf(config: Configuration): string {
  return config
    .under('boot system')
    .map(({ text }) => bootEntry(text.replace(/^boot system (switch all )?/, '')))
    .join('');
}

function bootEntry(rest: string): string {
  const [first = '', second = '', third = ''] = rest.split(' ');
  if (first === 'flash' && second === '') return 'flash:;';
  if (first === 'flash') return `${second.includes(':') ? second : `flash:${second}`},1;`;
  if (first === 'rom') return 'rom,;';
  if (first === 'tftp' || first === 'ftp') return `${first}:${second} ${third}`.trimEnd().concat(';');
  return `${first.includes(':') ? first : `flash:${first}`},1;`;
}
